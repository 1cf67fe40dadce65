import { describe, expect, it } from "vitest";
import { healthOf, inTroubleFirst, type SignalRow } from "../src/mobility/city-signals";
import { agreement, clockText, greenSeconds, type GroupSpans, type JunctionLive, junctionOf, placed, secondsFrom, stageSeconds } from "../src/mobility/junction-live";

const AT = "2026-11-26T10:00:30Z";
const spans = (group: string, ...given: [aspect: "green" | "red" | "amber", start: number, end: number][]): GroupSpans => ({
  group,
  spans: given.map(([aspect, start, end]) => ({ aspect, start, end })),
});
const live = (stage: string | null, stageSince: string | null) => ({ at: AT, stage, stageSince }) as unknown as JunctionLive;

describe("a junction that runs", () => {
  it("counts a stage from when it turned green", () => expect(stageSeconds(live("1", "2026-11-26T10:00:18Z"))).toBe(12));
  it("has no stage while the signals change", () => expect(stageSeconds(live(null, null))).toBeNull());
  it("never counts below zero where clocks differ", () => expect(secondsFrom("2026-11-26T10:00:31Z", AT)).toBe(0));
  it.each([
    [0, "0:00"],
    [65, "1:05"],
    [600, "10:00"],
  ])("writes %d seconds as %s", (seconds, text) => expect(clockText(seconds)).toBe(text));
  it("is asked for by the last part of its id", () => expect(junctionOf("urn:ngsi-ld:Junction:ahmad-yani")).toBe("ahmad-yani"));
});

describe("plan and street", () => {
  it("agree where green fell into the green of the plan, over the time in which both are known", () => {
    const actual = [spans("north", ["green", -20, -10], ["red", -10, 0])];
    const planned = [spans("north", ["green", -40, -15], ["red", -15, 0])];
    expect(agreement(actual, planned)).toEqual({ share: 0.75, seconds: 20 });
  });
  it("take amber and red as not green, whatever the plan calls it", () => {
    expect(agreement([spans("north", ["amber", -3, 0])], [spans("north", ["red", -3, 0])])?.share).toBe(1);
  });
  it("say nothing where nothing was seen", () => expect(agreement([], [spans("north", ["green", -9, 0])])).toBeNull());
  it("count the greens of the last seconds only", () => {
    expect(greenSeconds(spans("east", ["green", -300, -200], ["red", -200, -20], ["green", -20, 0]).spans, 240)).toBe(60);
  });
  it("place a span from the left edge to now", () => {
    expect(placed({ aspect: "green", start: -60, end: 0 }, 240)).toEqual({ x: 75, width: 25 });
    expect(placed({ aspect: "green", start: -400, end: -120 }, 240)).toEqual({ x: 0, width: 50 });
    expect(placed({ aspect: "green", start: -400, end: -300 }, 240)).toBeNull();
  });
});

describe("all junctions", () => {
  const row = (name: string, more: Partial<SignalRow>): SignalRow => ({
    junction: name, name, at: null, alive: true, method: "reported", provider: null, mode: "plan", control: "plan", reason: "", plan: "1", standing: 0, heard: 1, detectors: 1, asPlanned: null, saved: null, ...more,
  });
  it("stand with those in trouble first, those without control last", () => {
    const rows = [row("a", { control: null, alive: null }), row("b", {}), row("c", { reason: "detectors" }), row("d", { alive: false, reason: "link" }), row("e", { reason: "start" })];
    expect(inTroubleFirst(rows).map((each) => each.name + healthOf(each))).toEqual(["dcut", "cfallen", "bwell", "ewell", "anone"]);
  });
});
