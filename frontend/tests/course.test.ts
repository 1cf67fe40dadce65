import { describe, expect, it } from "vitest";
import type { CoursePoint, Value } from "../src/api/types";
import { isMoment } from "../src/format/format";
import { courseColumns, coursesOf, hasBand, hasPassed, highestOf, measuredError } from "../src/value/course";

const point = (hour: number, value: number | null, low?: number, high?: number): CoursePoint => ({
  at: new Date(Date.UTC(2026, 2, 1, hour)).toISOString(),
  value,
  ...(low === undefined ? {} : { low, high: high ?? null }),
});
const fact = (told: Partial<Value>): Value => ({ label: {}, value: null, unit: null, unitText: null, ...told }) as Value;

describe("a course over time", () => {
  it("has its values and its band in columns", () => {
    expect(courseColumns([point(0, 5, 3, 8), point(1, 6, 4, 9)]).slice(1)).toEqual([[5, 6], [3, 4], [8, 9]]);
  });
  it("breaks where hours are missing, and where a value is not known", () => {
    expect(courseColumns([point(0, 5), point(1, 6), point(2, 7), point(5, 8)])[1]).toEqual([5, 6, 7, null, 8]);
    expect(courseColumns([point(0, 5), point(1, null), point(2, 7)])[1]).toEqual([5, null, 7]);
  });
  it("has a band only where its interval is told", () => {
    expect(hasBand([point(0, 5, 3, 8)])).toBe(true);
    expect(hasBand([point(0, 5)])).toBe(false);
  });
  it("names its first greatest value", () => {
    expect(highestOf([point(0, null), point(1, 6), point(2, 9), point(3, 9)])).toEqual(point(2, 9));
    expect(highestOf([point(0, null)])).toBeNull();
  });
  it("has passed when its last point lies behind, and not a moment earlier", () => {
    const points = [point(0, 5), point(1, 6)];
    expect([0, 1, 2].map((hour) => hasPassed(points, new Date(Date.UTC(2026, 2, 1, hour))))).toEqual([false, false, true]);
  });
  it("is told from facts of one value", () => {
    const told = fact({ course: [point(0, 5), point(1, 6)] });
    expect(coursesOf([fact({ value: 3 }), told])).toEqual([told]);
  });
  it("tells its measured error only where all of it is told", () => {
    const told = { meanError: 14.2, persistenceError: 17.2, hourOfDayError: 18, intervalHeld: 90, comparedValues: 302, comparedDays: 90 };
    const facts = Object.entries(told).map(([attribute, value]) => fact({ attribute, value }));
    expect(measuredError(facts)).toEqual({ error: facts[0], persistence: 17.2, hourOfDay: 18, held: 90, count: 302, days: 90 });
    for (const left of facts) expect(measuredError(facts.filter((each) => each !== left))).toBeNull();
  });
});

describe("a moment as a value", () => {
  it("is told from a day and from words", () => {
    expect(["2026-03-01T02:00:00Z", "2026-03-01T02:00:00.5+08:00", "2026-03-01T02:00Z"].every(isMoment)).toBe(true);
    expect(["2026-03-01", "2026-03-01T02:00:00", "at 2026-03-01T02:00:00Z", ""].some(isMoment)).toBe(false);
  });
});
