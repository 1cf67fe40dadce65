import { describe, expect, it } from "vitest";
import { withRecent } from "../src/frame/recent";
import { moved } from "../src/lists/list-keys";
import { switched } from "../src/map/shown-layers";
import type { Layer } from "../src/api/types";

describe("places opened lately", () => {
  it("come once, the last first, six at most", () => {
    const many = ["a", "b", "c", "d", "e", "f"].map((id) => ({ id, name: id }));
    expect(withRecent(many, { id: "c", name: "C" }).map(({ id }) => id)).toEqual(["c", "a", "b", "d", "e", "f"]);
    expect(withRecent(many, { id: "z", name: "Z" })).toHaveLength(6);
  });
});

describe("the keys of a list", () => {
  it.each([
    ["ArrowDown", 0, 1],
    ["ArrowDown", 4, 4],
    ["ArrowUp", 0, 0],
    ["End", 1, 4],
    ["PageDown", 0, 4],
  ])("%s from %d goes to %d", (key, from, to) => expect(moved(key, from, 5)).toBe(to));
  it("leave other keys alone", () => expect(moved("x", 0, 5)).toBeNull());
  it("do nothing in an empty list", () => expect(moved("End", 0, 0)).toBeNull());
});

describe("switching a layer", () => {
  const layers = [{ id: "a", visible: true }, { id: "b", visible: false }] as Layer[];
  it("names the layers that are on", () => expect(switched(layers, null, "b")).toEqual(["a", "b"]));
  it("names none when all are off", () => expect(switched(layers, null, "a")).toEqual([]));
  it("returns to the city's own choice", () => expect(switched(layers, ["a", "b"], "b")).toBeNull());
});
