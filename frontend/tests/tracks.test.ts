import { describe, expect, it } from "vitest";
import type { Cell } from "../src/api/types";
import { readTable, type Table } from "../src/live/table";
import { addToTrail, glides, positionAt, TRAIL_MS, TRAIL_POINTS, type Track, type TrailPoint, Tracks } from "../src/live/tracks";

const COLUMNS = ["id", "name", "area", "lon", "lat", "movedAt", "source", "flags"];
const NOON = Date.parse("2026-11-25T04:00:00Z");
const row = (id: string, lon: number, at: string | null = null): Cell[] => [id, id, null, lon, -5, at, 7, []];
const table = (...rows: Cell[][]) => readTable({ position: 1, layer: "buses", columns: COLUMNS, rows });
const go = (to: Table, ...rows: Cell[][]) => to.apply(to.position + 1, rows.map((cells) => ({ id: String(cells[0]), type: "t", rows: { buses: cells }, attributes: [] })));

function one(tracks: Tracks, id: string): Track {
  const track = tracks.all.get(id);
  if (!track) throw new Error(`${id} is not followed`);
  return track;
}

const span = (trail: readonly TrailPoint[]) => (trail.at(-1)?.time ?? 0) - (trail[0]?.time ?? 0);

function driven(): Tracks {
  const buses = table(row("a", 119.4));
  const tracks = new Tracks();
  tracks.update(buses, 0, NOON);
  for (const [step, lon] of [119.401, 119.402, 119.403].entries()) {
    go(buses, row("a", lon));
    tracks.update(buses, 10_000 * (step + 1), NOON + 10_000 * (step + 1));
  }
  return tracks;
}

describe("a moving thing", () => {
  const bus = () => one(driven(), "a");
  it("glides to its last known position in the time that it took", () => {
    expect(positionAt(bus(), 30_000)[0]).toBeCloseTo(119.402, 6);
    expect(positionAt(bus(), 35_000)[0]).toBeCloseTo(119.4025, 6);
    expect(glides(bus(), 35_000)).toBe(true);
  });
  it("never goes beyond the last known position", () => {
    for (const later of [40_000, 41_000, 1e9]) expect(positionAt(bus(), later)).toEqual([119.403, -5]);
    expect(glides(bus(), 41_000)).toBe(false);
  });
  it("leaves a trail of where it was", () => expect(bus().trail.map(({ at }) => at[0])).toEqual([119.4, 119.402, 119.403]));
  it("jumps where it cannot have driven", () => {
    const buses = table(row("a", 119.4));
    const tracks = new Tracks();
    tracks.update(buses, 0, NOON);
    for (const [at, lon] of [[1000, 119.401], [2000, 120.9]] as const) {
      go(buses, row("a", lon));
      tracks.update(buses, at, NOON + at);
    }
    expect(positionAt(one(tracks, "a"), 2000)).toEqual([120.9, -5]);
  });
  it("has the age that its source tells, not the time of our looking", () => {
    const tracks = new Tracks();
    tracks.update(table(row("a", 119.4, "2026-11-25T03:00:00Z"), row("b", 119.4)), 0, NOON);
    expect([tracks.all.get("a")?.known, tracks.all.get("b")?.known]).toEqual([NOON - 3_600_000, null]);
  });
});

describe("the tracks of a layer", () => {
  it("call a position old after five of their usual periods, within a minute and half an hour", () => {
    expect(driven().staleAfter).toBe(60_000);
    expect(new Tracks().staleAfter).toBe(300_000);
  });
  it("forget what is gone", () => {
    const buses = table(row("a", 1), row("b", 2));
    const tracks = new Tracks();
    tracks.update(buses, 0, NOON);
    buses.apply(9, [{ id: "a", type: "t", rows: {}, attributes: [] }]);
    tracks.update(buses, 1, NOON);
    tracks.update(table(row("z", 1)), 2, NOON);
    expect([...tracks.all.keys()]).toEqual(["z"]);
  });
});

describe("a trail", () => {
  it("is bounded in time and in points, however often a thing is heard", () => {
    const trail: TrailPoint[] = [];
    for (let second = 0; second < 3600; second += 1) addToTrail(trail, { at: [119 + second / 1e5, -5], time: NOON + second * 1000 });
    expect(trail.length).toBeLessThanOrEqual(TRAIL_POINTS + 1);
    expect(span(trail)).toBeLessThanOrEqual(TRAIL_MS);
    expect(span(trail)).toBeGreaterThan(TRAIL_MS * 0.85);
  });
});
