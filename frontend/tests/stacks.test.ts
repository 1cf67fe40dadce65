import { describe, expect, it } from "vitest";
import type { Layer } from "../src/api/types";
import { readTable } from "../src/live/table";
import { differing, rowsAt, stackCounts } from "../src/map/stacks";

const table = readTable({
  position: 1,
  layer: "banks",
  columns: ["id", "name", "area", "lon", "lat", "source", "flags"],
  rows: [["a", "A", null, 1, 2, null, []], ["b", "B", null, 1, 2, null, []], ["c", "C", null, 3, 2, null, []], ["d", "D", null, null, null, null, []]],
});

describe("things at one place", () => {
  it("are counted once, at the first of them", () => expect([...stackCounts(table.rows.values())]).toEqual([["a", 2]]));
  it("are all found by their place", () => {
    const found = rowsAt([1, 2], [{ id: "banks" } as Layer], new Map([["banks", table]]));
    expect(found.map(({ row }) => row.id)).toEqual(["a", "b"]);
  });
  it("are drawn again where their number has changed", () => {
    expect(differing(new Map([["a", 2], ["b", 3]]), new Map([["b", 3], ["c", 2]]))).toEqual(["a", "c"]);
  });
});
