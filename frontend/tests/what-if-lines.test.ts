/** Roads of a what-if as lines: one scale for both sides, and a change that says more from less. */
import { describe, expect, it } from "vitest";
import { drawn } from "../src/mobility/what-if-lines";
import type { WhatIf } from "../src/mobility/what-if-types";

type Road = WhatIf["roads"][number];

function road(id: string, before: number, after: number, lines: Road["lines"] = [[[119.43, -5.15], [119.44, -5.15]]]): Road {
  return { id, name: id, delay: [before, after], queue: [0, 0], co2: [before, after], km: [0, 0], lines };
}

const ROADS = [road("worse", 1, 10), road("better", 5, 0), road("same", 4, 4.1)];

describe("the roads of a what-if", () => {
  it("have one scale before and after", () => {
    const steps = (side: "before" | "after") => Object.fromEntries(drawn(ROADS, "delay", side)?.roads.map(({ id, step }) => [id, step]) ?? []);
    expect(steps("before")).toEqual({ worse: 0, better: 2, same: 2 });
    expect(steps("after")).toEqual({ worse: 4, better: 0, same: 2 });
    expect(drawn(ROADS, "delay", "before")?.most).toBe(10);
  });

  it("change to more, to less, or not to speak of", () => {
    const change = drawn(ROADS, "co2", "change");
    expect(change?.roads.map(({ id, step }) => [id, step])).toEqual([["same", 0], ["better", -2], ["worse", 3]]);
  });

  it("lie with north above, as wide as they are", () => {
    const [one] = drawn([road("x", 1, 1, [[[119, 0], [120, 0]], [[119, 1], [120, 1]]])], "delay", "after")?.roads ?? [];
    expect(one?.path).toBe("M0 1000L1000 1000M0 0L1000 0");
  });

  it("are not drawn where the network lies nowhere", () => {
    expect(drawn([road("x", 1, 2, [])], "delay", "change")).toBeNull();
    expect(drawn([], "delay", "before")).toBeNull();
  });
});
