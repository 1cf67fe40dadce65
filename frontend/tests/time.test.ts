import { describe, expect, it } from "vitest";
import { readTable } from "../src/live/table";
import { differences } from "../src/time/differences";
import { heights, holds, reachAround, share, stepped } from "../src/time/reach";
import { fieldText, fromField } from "../src/time/zoned";

const HOUR = 3_600_000;
const DAY = { from: 0, to: 24 * HOUR };

describe("the scrubber", () => {
  it("shows a stretch around a moment, never beyond now", () => {
    expect(reachAround(12 * HOUR, "hour", DAY)).toEqual({ from: 11.5 * HOUR, to: 12.5 * HOUR });
    expect(reachAround(24 * HOUR, "hour", DAY)).toEqual({ from: 23 * HOUR, to: 24 * HOUR });
    expect(reachAround(5, "all", DAY)).toBe(DAY);
  });
  it("knows what lies on it", () => {
    expect([holds(DAY, 0), holds(DAY, -1), share(DAY, 6 * HOUR), share(DAY, 99 * HOUR)]).toEqual([true, false, 0.25, 1]);
  });
  it.each([
    ["ArrowRight", false, 0.2],
    ["ArrowRight", true, 2],
    ["ArrowLeft", false, -0.2],
    ["PageUp", false, 2],
  ])("moves by %s (shift %s) %s hours", (key, shift, hours) => {
    expect(stepped(key, shift, 12 * HOUR, DAY)).toBeCloseTo((12 + hours) * HOUR);
  });
  it("goes to its ends and stays within them", () => {
    expect([stepped("Home", false, 5, DAY), stepped("End", false, 5, DAY)]).toEqual([0, 24 * HOUR]);
    expect(stepped("ArrowLeft", true, 1, DAY)).toBe(0);
  });
  it("leaves other keys to others", () => expect(stepped("m", false, 5, DAY)).toBeNull());
  it("keeps a quiet part visible beside a busy one", () => expect(heights([{ a: 1 }, { a: 64, b: 36 }, {}])).toEqual([0.1, 1, 0]));
});

describe("a field for a moment", () => {
  it("speaks the time of the city", () => {
    expect(fieldText(new Date("2017-02-20T23:00:00Z"), "Asia/Jakarta")).toBe("2017-02-21T06:00:00");
    expect(fromField("2017-02-21T06:00", "Asia/Jakarta")?.toISOString()).toBe("2017-02-20T23:00:00.000Z");
  });
  it("finds its way across a change of the zone's offset", () => {
    for (const text of ["2026-03-29T04:30:00", "2026-10-25T06:00:00"]) {
      const at = fromField(text, "Europe/Berlin");
      expect(at && fieldText(at, "Europe/Berlin")).toBe(text);
    }
  });
  it("takes no text that is no moment", () => expect(fromField("", "Asia/Makassar")).toBeNull());
});

describe("two moments compared", () => {
  const columns = ["id", "name", "area", "lon", "lat", "level", "source", "flags"];
  const table = (...rows: (string | number | null)[][]) => readTable({ position: 1, layer: "l", columns, rows: rows.map((row) => [...row, null, []]) });
  const before = table(["a", "A", null, 1, 1, 5], ["b", "B", null, 1, 1, 5], ["c", "C", null, 1, 1, 5], ["d", "D", null, 1, 1, 5]);
  const after = table(["a", "A", null, 1, 1, 5], ["b", "B", null, 1, 1, 7], ["d", "Dua", null, 1, 2, 5], ["e", "E", null, 1, 1, null]);
  const found = differences(before, after);

  it("tells what appeared and what disappeared", () => {
    expect(found.appeared.map(({ id }) => id)).toEqual(["e"]);
    expect(found.disappeared.map(({ id }) => id)).toEqual(["c"]);
  });
  it("tells values before and after, new names and new places, and nothing of what stayed", () => {
    expect(found.changed.map(({ row, changes, moved, renamed }) => [row.id, changes, moved, renamed])).toEqual([
      ["b", [{ key: "level", before: 5, after: 7 }], false, null],
      ["d", [], true, "D"],
    ]);
  });
});
