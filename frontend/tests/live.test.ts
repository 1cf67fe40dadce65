import { describe, expect, it } from "vitest";
import type { Cell, Change, Incident } from "../src/api/types";
import { inOrderOfUrgency, merge } from "../src/live/incidents";
import { readTable } from "../src/live/table";
import { Touched } from "../src/live/touched";
import { arrange } from "../src/incidents/waiting";
import { filtered, sorted } from "../src/lists/rows";

const COLUMNS = ["id", "name", "area", "lon", "lat", "area", "source", "flags"];
const fresh = () => readTable({
  position: 5,
  layer: "green",
  columns: COLUMNS,
  rows: [
    ["a", "Danau Balang", "Bitowa, Manggala", 119.4, -5.1, 2445, 7, ["area-zero"]],
    ["b", "Taman Macan", null, null, null, null, null, []],
    ["c", "Bakau", "Untia, Biringkanaya", 119.5, -5.2, 0, 7, []],
  ],
});
const table = fresh();

const change = (id: string, row: Cell[] | null, layer = "green"): Change => ({ id, type: "t", rows: row ? { [layer]: row } : {}, attributes: [] });

describe("a layer's table", () => {
  it("keeps a column that bears the name of a shared one apart", () => {
    expect(table.rows.get("a")).toMatchObject({ area: "Bitowa, Manggala", cells: { area: 2445 } });
  });
  it("keeps a row without a position in the list", () => expect(table.rows.get("b")?.at).toBeNull());
  it("reads a doubt that is only a code", () => expect(table.rows.get("a")?.flags[0]?.code).toBe("area-zero"));
  it("takes changes and drops what is gone", () => {
    const after = fresh();
    after.apply(9, [change("b", null), change("d", ["d", "New", null, 119, -5, 1, 7, []]), change("e", null)]);
    expect([[...after.rows.keys()], after.position]).toEqual([["a", "c", "d"], 9]);
  });
  it("drops an entity that left the layer", () => {
    const after = fresh();
    after.apply(9, [change("a", ["a", "x", null, 0, 0, 1, null, []], "other")]);
    expect(after.rows.has("a")).toBe(false);
  });
  it("says what changed since a version, as long as it remembers", () => {
    const after = fresh();
    for (const at of [6, 7]) after.apply(at, [change("a", ["a", "x", null, 0, 0, at, []]), change("gone", null)]);
    after.apply(8, [change("c", null)]);
    expect([after.changedSince(1), after.changedSince(2), after.changedSince(3)]).toEqual([new Set(["a", "c"]), new Set(["c"]), new Set()]);
    for (let at = 9; at < 100; at += 1) after.apply(at, [change("a", ["a", "x", null, 0, 0, at, []])]);
    expect(after.changedSince(3)).toBeNull();
  });
  it("is not changed by what does not concern it", () => {
    const after = fresh();
    expect([after.apply(9, [change("z", null)]), after.version]).toEqual([false, 0]);
  });
});

describe("what changed lately", () => {
  it("forgets the longest untouched, so that it never grows without end", () => {
    const touched = new Touched();
    for (let number = 0; number < 5000; number += 1) touched.note([`e${number}`, "often"], number);
    expect([touched.of("e0"), touched.of("e4999"), touched.of("often")]).toEqual([0, 4999, 4999]);
  });
});

describe("a list", () => {
  const names = (rows: { name: string }[]) => rows.map(({ name }) => name);
  it("is filtered by every word, in name or area", () => {
    expect(names(filtered(table.rows.values(), "mang danau"))).toEqual(["Danau Balang"]);
  });
  it("puts unknown values last, whichever way it is sorted", () => {
    const order = (down: boolean) => names(sorted([...table.rows.values()], { by: "column", key: "area", down }));
    expect([order(true), order(false)]).toEqual([
      ["Danau Balang", "Bakau", "Taman Macan"],
      ["Bakau", "Danau Balang", "Taman Macan"],
    ]);
  });
});

describe("the queue", () => {
  const incident = (id: string, given: Partial<Incident>) =>
    ({ id, state: "unacknowledged", severity: "caution", raisedAt: "2026-01-01T00:00:00Z", position: 1, ...given }) as Incident;
  it("puts what nobody has taken first, then what is dangerous, then what is new", () => {
    const queue = inOrderOfUrgency([
      incident("taken", { state: "acknowledged", owner: "Ani", severity: "danger" }),
      incident("old", {}),
      incident("new", { raisedAt: "2026-01-02T00:00:00Z" }),
      incident("danger", { severity: "danger" }),
    ]);
    expect(queue.map(({ id }) => id)).toEqual(["danger", "new", "old", "taken"]);
  });
  it("never lets an older picture replace a newer one", () => {
    const merged = merge(new Map([["a", incident("a", { position: 9, state: "closed" })]]), [incident("a", { position: 3 })]);
    expect(merged.get("a")?.state).toBe("closed");
  });
  it("holds new rows back while a hand is over it", () => {
    expect(arrange(["a", "b"], ["c", "a", "b"], true)).toEqual({ ids: ["a", "b"], waiting: 1 });
  });
  it("lets a row that is gone go, and does not count it", () => {
    expect(arrange(["a", "b"], ["c", "b"], true)).toEqual({ ids: ["b"], waiting: 1 });
  });
  it("shows all when it is free", () => expect(arrange(["a"], ["c", "a"], false)).toEqual({ ids: ["c", "a"], waiting: 0 }));
});
