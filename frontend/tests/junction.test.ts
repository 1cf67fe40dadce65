import { describe, expect, it } from "vitest";
import { agreement, clockText, greenSeconds, type GroupSpans, type JunctionLive, junctionOf, placed, secondsFrom, stageSeconds } from "../src/mobility/junction-live";

const AT = "2026-11-26T10:00:30Z";
const spans = (group: string, ...given: [aspect: "green" | "red" | "amber", start: number, end: number][]): GroupSpans => ({
  group,
  spans: given.map(([aspect, start, end]) => ({ aspect, start, end })),
});
const group = (id: string, since: string | null) => ({ id, entity: `urn:ngsi-ld:SignalGroup:${id}`, name: id, kind: "vehicle", aspect: "green" as const, since, vehicles: 0, standing: 0 });
const live = (stage: string | null, ...groups: ReturnType<typeof group>[]) =>
  ({ at: AT, stage, groups, stages: [{ id: "1", groups: ["north", "south"], plannedGreen: 30 }] }) as unknown as JunctionLive;

describe("a junction that runs", () => {
  it("counts a stage from when the last of its signals became green", () => {
    expect(stageSeconds(live("1", group("north", "2026-11-26T10:00:10Z"), group("south", "2026-11-26T10:00:18Z")))).toBe(12);
  });
  it("has no stage while the signals change", () => expect(stageSeconds(live(null, group("north", AT)))).toBeNull());
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
