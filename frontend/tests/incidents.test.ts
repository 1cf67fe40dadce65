import { describe, expect, it } from "vitest";
import type { Incident, IncidentClock } from "../src/api/types";
import { choiceText, fitsChoice, inList, readChoice } from "../src/incidents/choice";
import { nextClock, span, told } from "../src/incidents/clock-words";
import { en } from "../src/strings/en";

const words = en.incidents;
const clock = (name: IncidentClock["clock"], due: string, metAt: string | null = null): IncidentClock => ({
  clock: name,
  since: "2026-01-01T00:00:00Z",
  due,
  metAt,
  agency: null,
  unit: null,
});
const incident = (given: Partial<Incident> = {}) =>
  ({
    id: "x",
    state: "open",
    owner: null,
    ownerId: null,
    clocks: [],
    areas: ["73.71.09.1003", "73.71.09"],
    supportingAgencies: ["pu"],
    leadAgency: "bpbd",
    category: "flood",
    priority: 2,
    channel: "call",
    ...given,
  }) as Incident;

describe("a clock", () => {
  it("is that which ends first of those that run", () => {
    const clocks = [clock("triage", "2026-01-01T00:01:00Z", "2026-01-01T00:00:30Z"), clock("resolve", "2026-01-02T00:00:00Z"), clock("dispatch", "2026-01-01T00:05:00Z")];
    expect(nextClock(incident({ clocks }))?.clock).toBe("dispatch");
    expect(nextClock(incident())).toBeNull();
  });
  it("says in words what is left and by how much it is late", () => {
    const at = (time: string) => told(clock("triage", "2026-01-01T00:02:00Z"), new Date(time), words);
    expect(at("2026-01-01T00:00:25Z")).toEqual({ text: "Triage: 1 min 35 s left", late: false });
    expect(at("2026-01-01T00:02:00Z")).toEqual({ text: "Triage: 0 s left", late: false });
    expect(at("2026-01-01T03:02:00Z")).toEqual({ text: "Triage: 3 h late", late: true });
  });
  it("says how it went when it is over", () => {
    const met = told(clock("verify", "2026-01-01T00:02:00Z", "2026-01-01T00:20:00Z"), new Date(), words);
    expect(met).toEqual({ text: "Verify: done late, 20 min", late: true });
  });
  it("counts in the units that are read at a glance", () => {
    expect([0, 59_400, 600_000, 7_200_000, 172_800_000].map((ms) => span(ms, words))).toEqual(["0 s", "59 s", "10 min", "2 h", "2 d"]);
  });
});

describe("the lists of the queue", () => {
  it("leave what is shelved or suppressed to a list of its own", () => {
    const shelved = incident({ state: "shelved" });
    expect((["open", "unowned", "quiet", "all"] as const).map((list) => inList(shelved, list, {}))).toEqual([false, false, true, true]);
  });
  it("know mine by the account, and by the name where there is none", () => {
    expect(inList(incident({ owner: "Ani", ownerId: "account:ani" }), "mine", { id: "account:budi", name: "Ani" })).toBe(false);
    expect(inList(incident({ owner: "Ani", ownerId: "account:ani" }), "mine", { id: "account:ani" })).toBe(true);
    expect(inList(incident({ owner: "Regu 3" }), "mine", { id: "account:x", name: "Regu 3" })).toBe(true);
  });
});

describe("narrowing", () => {
  it("is kept in the address and read from it", () => {
    const choice = { priority: "1", area: "73.71.09" };
    expect(choiceText(choice)).toBe("priority:1,area:73.71.09");
    expect(readChoice("priority:1,area:73.71.09,colour:red,,state")).toEqual(choice);
    expect([choiceText({}), readChoice(null)]).toEqual([null, {}]);
  });
  it("asks all at once, areas with what lies within", () => {
    expect(fitsChoice(incident(), { area: "73.71", agency: "pu", priority: "2" })).toBe(true);
    expect(fitsChoice(incident(), { agency: "damkar" })).toBe(false);
    expect(fitsChoice(incident({ priority: null }), { priority: "0" })).toBe(true);
  });
});
