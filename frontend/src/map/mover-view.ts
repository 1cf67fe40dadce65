/** Things that move: how they glide, when deck.gl takes over, their trails, and which one is under the pointer. */
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { api } from "../api/client";
import { store } from "../live/store";
import type { Bounds, Layer, LonLat } from "../api/types";
import type { Table } from "../live/table";
import { ailingRows } from "../sources/ailing";
import { glides, isStale, positionAt, TRAIL_MS, type Track, tracked, Tracks, type TrailPoint } from "../live/tracks";
import type { Fleet, Marks, MoverDeck } from "./mover-deck";
import { pointsOf, TRAILS, TRAILS_BELOW, trailLines } from "./trails";
import { contains } from "./view-box";

/** More movers than this in view are drawn by deck.gl. */
export const DECK_ABOVE = 2000;
const FRAME_MS = 33;
const STEP_MS = 200;
const TRAIL_STEP_MS = 1000;
const AGE_STEP_MS = 5000;

export interface MoverHost {
  map: MapLibre;
  /** Where a canvas above the map goes. */
  above: HTMLElement;
  /** What lies above all movers. */
  marks(): Marks;
  /** The tenant's time in milliseconds. */
  city(): number;
  quiet(): boolean;
  view(): Bounds;
  selected(): string | null;
  colour(layer: Layer): string;
  icons(layer: Layer): Omit<Fleet, "id" | "tracks">;
  /** Draws things of a layer again where they are now, and the selection. */
  step(layer: Layer, ids: readonly string[]): void;
  /** Another way of drawing is ready. */
  changed(): void;
}

interface Moving {
  layer: Layer;
  tracks: Tracks;
  /** Drawn by deck.gl. */
  many: boolean;
  inView: number;
}

export class MoverView {
  private readonly moving = new Map<string, Moving>();
  private deck: MoverDeck | null = null;
  private loading = false;
  private frame = 0;
  /** What deck.gl has drawn, when nothing glides. */
  private still = "";
  private trailed = false;
  private drawnAt = { deck: 0, step: 0, ages: 0, trails: 0 };
  private seed: { id: string; points: TrailPoint[] } = { id: "", points: [] };

  constructor(private readonly host: MoverHost) {}

  remove(): void {
    cancelAnimationFrame(this.frame);
    this.deck?.remove();
    this.moving.clear();
  }

  /** Takes in what a moving layer's table says; true when deck.gl draws it. */
  follow(layer: Layer, table: Table): boolean {
    const known = this.moving.get(layer.id) ?? { layer, tracks: new Tracks(), many: false, inView: 0 };
    this.moving.set(layer.id, Object.assign(known, { layer }));
    tracked.set(layer.id, known.tracks);
    known.tracks.ailing = ailingRows(store.now);
    known.tracks.update(table, performance.now(), this.host.city());
    this.count(known);
    this.wake();
    return known.many && this.deck !== null;
  }

  leave(layer: Layer): void {
    tracked.delete(layer.id);
    if (this.moving.delete(layer.id)) this.wake();
  }

  /** Where a thing is drawn now. */
  at(layer: Layer, id: string): LonLat | null {
    const track = this.moving.get(layer.id)?.tracks.all.get(id);
    return track ? positionAt(track, this.now()) : null;
  }

  stale(layer: Layer, id: string): boolean {
    const known = this.moving.get(layer.id);
    const track = known?.tracks.all.get(id);
    return known && track ? isStale(track, known.tracks, this.host.city()) : false;
  }

  /** City time of a thing's last known position. */
  known(layer: Layer, id: string): number | null {
    return this.moving.get(layer.id)?.tracks.all.get(id)?.known ?? null;
  }

  /** The nearest of the things that deck.gl draws, within reach of a point of the screen. */
  near(x: number, y: number, reach: number): { layer: Layer; track: Track; far: number } | null {
    const corner = this.host.map.unproject([x - reach, y + reach]);
    const other = this.host.map.unproject([x + reach, y - reach]);
    const box: Bounds = [corner.lng, corner.lat, other.lng, other.lat];
    let best: { layer: Layer; track: Track; far: number } | null = null;
    for (const { layer, tracks, many } of this.moving.values()) {
      if (!many || !this.deck) continue;
      for (const track of tracks.all.values()) {
        const at = positionAt(track, this.now());
        if (!contains(box, at)) continue;
        const point = this.host.map.project(at);
        const far = Math.hypot(point.x - x, point.y - y);
        if (!best || far < best.far) best = { layer, track, far };
      }
    }
    return best;
  }

  private now(): number {
    return this.host.quiet() ? Infinity : performance.now();
  }

  private count(moving: Moving): void {
    const view = this.host.view();
    let inView = 0;
    for (const { to } of moving.tracks.all.values()) if (contains(view, to)) inView += 1;
    moving.inView = inView;
    moving.many = inView > DECK_ABOVE;
    if (moving.many && !this.deck && !this.loading) void this.load();
  }

  private async load(): Promise<void> {
    this.loading = true;
    const { MoverDeck } = await import("./mover-deck");
    this.deck = new MoverDeck(this.host.map, this.host.above);
    this.loading = false;
    this.host.changed();
    this.wake();
  }

  private wake(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.turn());
  }

  private turn(): void {
    this.frame = 0;
    const clock = performance.now();
    if (clock - this.drawnAt.deck >= FRAME_MS - 4) this.drawDeck(clock);
    if (clock - this.drawnAt.step >= STEP_MS) this.drawSteps(clock);
    if (clock - this.drawnAt.trails >= TRAIL_STEP_MS) this.drawTrails(clock);
    if (this.moving.size) this.wake();
  }

  private drawDeck(clock: number): void {
    const fleets = [...this.moving.values()].filter(({ many }) => many);
    if (!this.deck || (fleets.length === 0 && this.drawnAt.deck === 0)) return;
    const { host } = this;
    const marks = host.marks();
    const ails = [...ailingRows(store.now).keys()].join();
    const key = ails + fleets.map(({ tracks }) => `${tracks.moves} ${tracks.members}`).join() + marks.all.map(({ at, icon }) => `${at} ${icon}`).join();
    const gliding = !this.host.quiet() && fleets.some(({ tracks }) => someGlide(tracks, clock));
    if (!gliding && key === this.still) return;
    this.still = gliding ? "" : key;
    this.deck.draw(fleets.map(({ layer, tracks }) => ({ id: layer.id, tracks, ...host.icons(layer) })), marks, this.now(), host.city());
    this.drawnAt.deck = fleets.length ? clock : 0;
  }

  private drawSteps(clock: number): void {
    this.drawnAt.step = clock;
    const aged = clock - this.drawnAt.ages > AGE_STEP_MS;
    if (aged) this.drawnAt.ages = clock;
    for (const { layer, tracks, many } of this.moving.values()) {
      const all = [...tracks.all.values()];
      const due = many ? [] : aged ? all : this.host.quiet() ? [] : all.filter((track) => glidesStill(track, clock));
      this.host.step(layer, due.map(({ id }) => id));
    }
  }

  private drawTrails(clock: number): void {
    this.drawnAt.trails = clock;
    const source = this.host.map.getSource<GeoJSONSource>(TRAILS);
    const selected = this.host.selected();
    const lines = [...this.moving.values()].flatMap((moving) => this.trailsOf(moving, selected));
    if (lines.length || this.trailed) void source?.setData({ type: "FeatureCollection", features: lines });
    this.trailed = lines.length > 0;
  }

  private trailsOf({ layer, tracks, inView }: Moving, selected: string | null) {
    const chosen = selected ? tracks.all.get(selected) : undefined;
    if (chosen) this.seedTrail(chosen.id);
    const shown = inView <= TRAILS_BELOW ? [...tracks.all.values()].filter(({ trail }) => trail.length > 0) : [];
    if (chosen && !shown.includes(chosen)) shown.push(chosen);
    const colour = this.host.colour(layer);
    return shown.flatMap((track) => {
      const earlier = track.id === this.seed.id ? this.seed.points : [];
      return trailLines(track, earlier, colour, this.now(), this.host.city());
    });
  }

  /** The selected one also shows the way that it came before anybody looked. */
  private seedTrail(id: string): void {
    if (this.seed.id === id) return;
    const seed = { id, points: [] as TrailPoint[] };
    this.seed = seed;
    const from = new Date(this.host.city() - TRAIL_MS).toISOString();
    void api.history(id, "location", store.past, from).then(
      ({ points }) => (seed.points = pointsOf(points)),
      () => undefined,
    );
  }
}

function someGlide(tracks: Tracks, now: number): boolean {
  for (const track of tracks.all.values()) if (glides(track, now)) return true;
  return false;
}

/** Also just after its end, so that the last step lands on the known position. */
function glidesStill(track: Track, now: number): boolean {
  return track.lasts > 0 && now - track.began < track.lasts + 2 * STEP_MS;
}
