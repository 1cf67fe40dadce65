/** What somebody draws on the map, and ground that a page wants seen there: the map draws it, the page holds it. */
import type { Geometry } from "geojson";
import type { LonLat } from "../api/types";

export type PenMode = "off" | "polygon" | "circle" | "point" | "line";
/** Ground of a warning, or a way that somebody looks at. */
export type PenTone = "danger" | "accent";
const FEWEST: Partial<Record<PenMode, number>> = { polygon: 3, line: 2 };

class Pen extends EventTarget {
  mode: PenMode = "off";
  points: readonly LonLat[] = [];
  ground: Geometry | null = null;
  /** Places on the ground that are marked. */
  marks: readonly LonLat[] = [];
  tone: PenTone = "danger";
  /** Rises whenever the map has something else to draw. */
  version = 0;

  start(mode: PenMode): void {
    this.put({ mode, points: [], tone: mode === "point" || mode === "line" ? "accent" : "danger" });
  }

  click(at: LonLat): void {
    if (this.mode === "circle" || this.mode === "point") return this.end({ type: "Point", coordinates: at });
    this.put({ points: [...this.points, at] });
    if (this.mode === "line") this.dispatchEvent(new CustomEvent("corner", { detail: at }));
  }

  /** Takes the last corner away. */
  back(): void {
    this.put({ points: this.points.slice(0, -1) });
    if (this.mode === "line") this.dispatchEvent(new CustomEvent("corner", { detail: null }));
  }

  /** Closes the polygon, or ends the line; with too few corners it goes on. */
  finish(): void {
    const [first] = this.points;
    if (!first || this.points.length < (FEWEST[this.mode] ?? 1)) return;
    if (this.mode === "line") this.end({ type: "LineString", coordinates: [...this.points] });
    else this.end({ type: "Polygon", coordinates: [[...this.points, first]] });
  }

  show(ground: Geometry | null, tone: PenTone = "danger", marks: readonly LonLat[] = []): void {
    if (JSON.stringify([ground, marks]) !== JSON.stringify([this.ground, this.marks])) this.put({ ground, tone, marks });
  }

  stop(): void {
    this.put({ mode: "off", points: [] });
  }

  /** What there is to draw: the ground, and the corners so far with the line between them. */
  features(): GeoJSON.FeatureCollection {
    const shapes: Geometry[] = this.ground ? [this.ground] : [];
    if (this.points.length > 1) shapes.push({ type: "LineString", coordinates: [...this.points] });
    shapes.push(...[...this.marks, ...this.points].map((coordinates): Geometry => ({ type: "Point", coordinates })));
    return { type: "FeatureCollection", features: shapes.map((geometry) => ({ type: "Feature", properties: { tone: this.tone }, geometry })) };
  }

  private end(drawn: Geometry): void {
    this.put({ mode: "off", points: [] });
    this.dispatchEvent(new CustomEvent("drawn", { detail: drawn }));
  }

  private put(change: Partial<Pick<Pen, "mode" | "points" | "ground" | "marks" | "tone">>): void {
    Object.assign(this, change);
    this.version += 1;
    this.dispatchEvent(new Event("change"));
  }
}

export const pen = new Pen();
