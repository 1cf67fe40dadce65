/** Where two moments differ: what the Time page has found, for the map to ring. */
import type { LonLat } from "../api/types";
import { differenceName } from "../map/symbols";
import type { Differences } from "./differences";

export type DifferenceKind = "appeared" | "disappeared" | "changed";

class Compared extends EventTarget {
  /** Rises whenever other things differ. */
  version = 0;
  private marks: { id: string; at: LonLat; kind: DifferenceKind }[] = [];

  show(found: readonly Differences[]): void {
    this.put(
      found.flatMap(({ appeared, disappeared, changed }) => [
        ...appeared.flatMap(({ id, at }) => (at ? [{ id, at, kind: "appeared" as const }] : [])),
        ...disappeared.flatMap(({ id, at }) => (at ? [{ id, at, kind: "disappeared" as const }] : [])),
        ...changed.flatMap(({ row: { id, at } }) => (at ? [{ id, at, kind: "changed" as const }] : [])),
      ]),
    );
  }

  clear(): void {
    if (this.marks.length > 0) this.put([]);
  }

  /** The kinds of rings that the map shows. */
  kinds(): DifferenceKind[] {
    return (["appeared", "disappeared", "changed"] as const).filter((kind) => this.marks.some((mark) => mark.kind === kind));
  }

  points(theme: string): GeoJSON.FeatureCollection {
    const features = this.marks.map(
      ({ id, at, kind }): GeoJSON.Feature => ({
        type: "Feature",
        geometry: { type: "Point", coordinates: at },
        properties: { id, icon: differenceName(theme, kind) },
      }),
    );
    return { type: "FeatureCollection", features };
  }

  private put(marks: { id: string; at: LonLat; kind: DifferenceKind }[]): void {
    this.marks = marks;
    this.version += 1;
    this.dispatchEvent(new Event("change"));
  }
}

export const compared = new Compared();
