import { describe, expect, it } from "vitest";
import type { Ailing } from "../src/api/source-types";
import type { Now } from "../src/api/types";
import type { Row } from "../src/live/table";
import { type Track, isStale, Tracks } from "../src/live/tracks";
import { ailingInput, ailingRow, ailingRows } from "../src/sources/ailing";

const source = (id: string, state: Ailing["state"], rows: number[]): Ailing => ({ id, title: {}, state, lastMessage: null, layers: [], rows });
const now = { ailing: [source("urn:silent", "silent", [3, 5]), source("urn:late", "late", [3, 4])] } as unknown as Now;
const row = (stands: number | null) => ({ id: "a", source: stands }) as unknown as Row;
const value = (provider: string | null, ...providers: string[]) => ({ provider, providers });

describe("what rests upon a source that does not deliver", () => {
  it("is each row whose number stands for it, under the worst of its sources", () => {
    expect([3, 4, 5, 6, null].map((stands) => ailingRow(now, row(stands))?.id ?? null)).toEqual(["urn:silent", "urn:late", "urn:silent", null, null]);
  });
  it("is each value that names it, also among several inputs", () => {
    expect(ailingInput(now, value("urn:late"))?.state).toBe("late");
    expect(ailingInput(now, value(null, "urn:other", "urn:silent", "urn:late"))?.state).toBe("silent");
    expect(ailingInput(now, value("urn:other"))).toBeNull();
  });
  it("is a value of nothing that the source would have told", () => {
    expect(ailingInput(now, { ...value(null), ailing: ["urn:silent"] })?.state).toBe("silent");
  });
  it("is nothing while all deliver", () => {
    expect(ailingRows({ ailing: [] } as unknown as Now).size + ailingRows(null).size).toBe(0);
  });
  it("leaves what moves stale where it was last seen", () => {
    const tracks = new Tracks();
    const bus = { known: 0, source: 5 } as unknown as Track;
    expect(isStale(bus, tracks, 0)).toBe(false);
    tracks.ailing = ailingRows(now);
    expect([isStale(bus, tracks, 0), isStale({ ...bus, source: null }, tracks, 0)]).toEqual([true, false]);
  });
});
