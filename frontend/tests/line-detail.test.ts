import { describe, expect, it } from "vitest";
import { boundsOf } from "../src/map/bounds";
import { finer } from "../src/map/line-detail";

describe("how fine lines are read", () => {
  it("reads a few at once as fine as they are", () => expect(finer(null, 9, 12)).toBe(18));
  it.each([
    [9, 11],
    [12, 11],
    [12.1, 14],
    [15, 14],
    [15.2, 18],
  ])("reads thousands at zoom %d for zoom %d", (zoom, detail) => expect(finer(null, zoom, 18_574)).toBe(detail));
  it("never reads them rougher again", () => expect(finer(14, 9, 18_574)).toBe(14));
});

describe("the box around a line", () => {
  it("holds all of its ways", () => {
    const ways = { type: "MultiLineString" as const, coordinates: [[[1, 5], [2, 6]], [[-1, 5.5], [0, 4]]] };
    expect(boundsOf(ways)).toEqual([-1, 4, 2, 6]);
  });
  it("is none of a point", () => expect(boundsOf({ type: "Point", coordinates: [1, 2] })).toBeNull());
});
