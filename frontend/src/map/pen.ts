/** What somebody draws on the map, and ground that a page wants seen there: the map draws it, the page holds it. */
import type { Geometry } from "geojson";
import type { LonLat } from "../api/types";

export type PenMode = "off" | "polygon" | "circle";
const FEWEST_CORNERS = 3;

class Pen extends EventTarget {
  mode: PenMode = "off";
  points: readonly LonLat[] = [];
  ground: Geometry | null = null;
  /** Rises whenever the map has something else to draw. */
  version = 0;

  start(mode: PenMode): void {
    this.put({ mode, points: [] });
  }

  click(at: LonLat): void {
    if (this.mode === "circle") return this.end({ type: "Point", coordinates: at });
    this.put({ points: [...this.points, at] });
  }

  /** Takes the last corner away. */
  back(): void {
    this.put({ points: this.points.slice(0, -1) });
  }

  /** Closes the polygon; with too few corners it goes on. */
  finish(): void {
    const [first] = this.points;
    if (!first || this.points.length < FEWEST_CORNERS) return;
    this.end({ type: "Polygon", coordinates: [[...this.points, first]] });
  }

  show(ground: Geometry | null): void {
    if (JSON.stringify(ground) !== JSON.stringify(this.ground)) this.put({ ground });
  }

  stop(): void {
    this.put({ mode: "off", points: [] });
  }

  /** What there is to draw: the ground, and the corners so far with the line between them. */
  features(): GeoJSON.FeatureCollection {
    const shapes: Geometry[] = this.ground ? [this.ground] : [];
    if (this.points.length > 1) shapes.push({ type: "LineString", coordinates: [...this.points] });
    shapes.push(...this.points.map((coordinates): Geometry => ({ type: "Point", coordinates })));
    return { type: "FeatureCollection", features: shapes.map((geometry) => ({ type: "Feature", properties: {}, geometry })) };
  }

  private end(drawn: Geometry): void {
    this.put({ mode: "off", points: [] });
    this.dispatchEvent(new CustomEvent("drawn", { detail: drawn }));
  }

  private put(change: Partial<Pick<Pen, "mode" | "points" | "ground">>): void {
    Object.assign(this, change);
    this.version += 1;
    this.dispatchEvent(new Event("change"));
  }
}

export const pen = new Pen();
