import { describe, expect, it } from "vitest";
import type { History, HistoryPoint } from "../src/api/types";
import { lateCount, readSeries } from "../src/value/series";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const history = (points: [number, number | string | null][], hourly: History["hourly"] = []): History => ({
  label: {},
  unit: null,
  unitText: null,
  points: points.map(([minute, value]): HistoryPoint => [at(minute), value, at(minute), "measured", "x"]),
  hourly,
});

describe("a history as a line", () => {
  it("breaks where the source was silent", () => {
    expect(readSeries(history([[0, 1], [10, 2], [20, 3], [90, 4]]))[1]).toEqual([1, 2, 3, null, 4]);
  });
  it("does not break at its own pace", () => expect(readSeries(history([[0, 1], [10, 2], [25, 3]]))[1]).toEqual([1, 2, 3]));
  it("is in the order of time, late values included", () => {
    expect(readSeries(history([[20, 3], [0, 1], [10, 2]]))[1]).toEqual([1, 2, 3]);
  });
  it("breaks by the source's own period where that is known", () => {
    const steady = history([[0, 1], [10, 2], [20, 3], [45, 4]]);
    expect(readSeries(steady)[1]).toEqual([1, 2, 3, 4]);
    expect(readSeries(steady, 600)[1]).toEqual([1, 2, 3, null, 4]);
  });
  it("marks what became known after something newer had been known", () => {
    const told = history([[0, 1], [10, 2], [20, 3]]);
    told.points[1] = [at(10), 2, at(30), "measured", "x"];
    expect(readSeries(told)[2]).toEqual([null, 2, null]);
    expect(lateCount(readSeries(told))).toBe(1);
  });
  it("has a band of least and greatest for the hours whose values have gone, and none elsewhere", () => {
    const hours: History["hourly"] = [[at(-120), 6, 1, 5, 9], [at(-60), 6, 2, 5, 8]];
    const [, , , low, high] = readSeries(history([[0, 1], [10, 2]], hours), 600);
    expect([low.filter((v) => v !== null), high.filter((v) => v !== null)]).toEqual([[1, 2], [9, 8]]);
  });
  it("leaves words out", () => expect(readSeries(history([[0, "closed"], [10, 2]]))[1]).toEqual([2]));
  it("continues hourly means where raw values have been let go", () => {
    const hours: History["hourly"] = [[at(-60), 6, 1, 5, 9], [at(0), 6, 1, 99, 9]];
    expect(readSeries(history([[0, 1], [10, 2]], hours))[1]).toContain(5);
    expect(readSeries(history([[0, 1], [10, 2]], hours))[1]).not.toContain(99);
  });
});
