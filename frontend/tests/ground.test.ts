import { describe, expect, it } from "vitest";
import type { Layer } from "../src/api/types";
import type { Row } from "../src/live/table";
import { levelOf, SHADES } from "../src/map/ground-classes";

const text = { id: "", en: "", ja: "" };
const layer = {
  columns: [{ key: "floodState", label: text, unit: null, unitText: null }],
  classes: [1, 2, 3, 4].map((value) => ({ value, text })),
} as unknown as Layer;
const row = (floodState: number | null) => ({ id: "a", cells: { floodState } }) as unknown as Row;

describe("the shade of ground", () => {
  it("is the place of its value among the classes", () => {
    expect([1, 2, 3, 4].map((state) => levelOf(layer, row(state)))).toEqual([0, 1, 2, 3]);
  });

  it("is none for a value that is no class, and for a thing without a value", () => {
    expect([levelOf(layer, row(0)), levelOf(layer, row(null))]).toEqual([-1, -1]);
    expect(levelOf({ ...layer, columns: [] }, row(2))).toBe(-1);
  });

  it("grows darker with each class, for as many classes as a layer may have", () => {
    expect(SHADES).toHaveLength(5);
    expect([...SHADES].sort()).toEqual(SHADES);
  });
});
