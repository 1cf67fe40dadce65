/** Where moving things are and were, from what arrived live: glides between known positions, never beyond the last. */
import type { LonLat } from "../api/types";
import type { Row, Table } from "./table";

/** Trails reach this far back. */
export const TRAIL_MS = 10 * 60_000;
/** Points of a trail that are kept of one thing. */
export const TRAIL_POINTS = 40;
const LONGEST_GLIDE_MS = 20_000;
const JUMP_DEGREES = 0.05;
const STALE_AFTER = { least: 60_000, usual: 5 * 60_000, most: 30 * 60_000, periods: 5 };

export interface Track {
  id: string;
  from: LonLat;
  to: LonLat;
  /** When the glide from `from` to `to` began, and how long it takes: as long as the thing took. Milliseconds. */
  began: number;
  lasts: number;
  /** City time of the last known position, milliseconds; null when nobody has said. */
  known: number | null;
  /** Stands for the sources that it rests upon. */
  source: number | null;
  /** How often its position changed while we looked. */
  moves: number;
  trail: TrailPoint[];
}

export interface TrailPoint {
  at: LonLat;
  time: number;
}

/** The tracks of the layers that the map follows, for whoever else shows their things. */
export const tracked = new Map<string, Tracks>();

export class Tracks {
  readonly all = new Map<string, Track>();
  /** Rises when a thing comes or goes. */
  members = 0;
  /** Rises when something moved. */
  moves = 0;
  /** What stands for sources that do not deliver. */
  ailing: { has(source: number): boolean } = new Set<number>();
  private table: Table | null = null;
  private version = -1;
  private period: number | null = null;

  /** Takes in what the table says is new. `now`: this machine's time; `city`: the tenant's. */
  update(table: Table, now: number, city: number): void {
    // Another picture, as of another moment, is no move of anything.
    if (this.table && table !== this.table) this.forget();
    const changed = table === this.table ? table.changedSince(this.version) : null;
    const ids = changed ?? table.rows.keys();
    if (!changed) for (const id of this.all.keys()) if (!table.rows.has(id)) this.drop(id);
    this.table = table;
    this.version = table.version;
    for (const id of ids) {
      const row = table.rows.get(id);
      if (row?.at) this.note(row, row.at, now, city);
      else this.drop(id);
    }
  }

  /** Milliseconds of city time after which a position is too old to be taken for the present one. */
  get staleAfter(): number {
    if (this.period === null) return STALE_AFTER.usual;
    return Math.min(STALE_AFTER.most, Math.max(STALE_AFTER.least, STALE_AFTER.periods * this.period));
  }

  private note(row: Row, at: LonLat, now: number, city: number): void {
    const told = toldAt(row);
    const track = this.all.get(row.id);
    if (!track) {
      this.all.set(row.id, { id: row.id, from: at, to: at, began: now, lasts: 0, known: told, source: row.source, moves: 0, trail: [] });
      this.members += 1;
      return;
    }
    const before = track.known;
    track.known = told ?? city;
    track.source = row.source;
    if (track.to[0] === at[0] && track.to[1] === at[1]) return;
    if (before !== null && track.known > before) this.learnPeriod(track.known - before);
    move(track, at, now, before);
    this.moves += 1;
  }

  private forget(): void {
    this.all.clear();
    this.members += 1;
  }

  private drop(id: string): void {
    if (this.all.delete(id)) this.members += 1;
  }

  private learnPeriod(milliseconds: number): void {
    this.period = this.period === null ? milliseconds : this.period + (milliseconds - this.period) * 0.02;
  }
}

/** Whether its position is too old to be taken for the present one, or nobody tells the present one; one of unknown age is not old. */
export function isStale({ known, source }: Track, tracks: Tracks, city: number): boolean {
  if (source !== null && tracks.ailing.has(source)) return true;
  return known !== null && city - known > tracks.staleAfter;
}

/** Minutes since a row's position was true, when it is too old for its layer to be taken for the present one; else null. */
export function staleMinutes(row: Row, layer: string, city: number): number | null {
  const known = toldAt(row) ?? tracked.get(layer)?.all.get(row.id)?.known ?? null;
  const limit = tracked.get(layer)?.staleAfter ?? STALE_AFTER.usual;
  return known !== null && city - known > limit ? Math.round((city - known) / 60_000) : null;
}

/** The moment of a row's position, in milliseconds, where its layer tells one. */
export function toldAt(row: Row): number | null {
  const told = row.cells["movedAt"];
  const at = typeof told === "string" ? Date.parse(told) : NaN;
  return Number.isNaN(at) ? null : at;
}

function move(track: Track, at: LonLat, now: number, before: number | null): void {
  const seen = positionAt(track, now);
  const far = Math.hypot(at[0] - seen[0], at[1] - seen[1]) > JUMP_DEGREES;
  const took = track.moves > 0 ? now - track.began : 0;
  if (track.trail.length === 0) track.trail.push({ at: track.to, time: before ?? track.known ?? 0 });
  addToTrail(track.trail, { at, time: track.known ?? 0 });
  track.from = far ? at : seen;
  track.to = at;
  track.lasts = far ? 0 : Math.min(took, LONGEST_GLIDE_MS);
  track.began = now;
  track.moves += 1;
}

/** Keeps the newest points, no denser than the trail's length asks for. */
export function addToTrail(trail: TrailPoint[], point: TrailPoint): void {
  const beforeLast = trail.at(-2);
  const dense = beforeLast && point.time - beforeLast.time < TRAIL_MS / TRAIL_POINTS;
  if (dense) trail[trail.length - 1] = point;
  else trail.push(point);
  while (trail.length > TRAIL_POINTS || (trail[0] && point.time - trail[0].time > TRAIL_MS)) trail.shift();
}

/** Where it is drawn: on its way to the last known position, and never further. */
export function positionAt(track: Track, now: number): LonLat {
  const share = track.lasts > 0 ? Math.min(1, Math.max(0, (now - track.began) / track.lasts)) : 1;
  if (share >= 1) return track.to;
  return [track.from[0] + (track.to[0] - track.from[0]) * share, track.from[1] + (track.to[1] - track.from[1]) * share];
}

export function glides(track: Track, now: number): boolean {
  return track.lasts > 0 && now - track.began < track.lasts;
}
