/** Keeps a source of the map in step with a layer's table: whole at first, then only what changed. */
import type { GeoJSONSource, GeoJSONSourceDiff } from "maplibre-gl";
import type { LonLat } from "../api/types";
import type { Row, Table } from "../live/table";

type Feature = GeoJSON.Feature<GeoJSON.Point>;

/** Draws a row as a point; null for one without a position. */
export type Draw = (row: Row) => Feature | null;

interface Drawn {
  at: LonLat;
  properties: NonNullable<GeoJSON.GeoJsonProperties>;
}

export class RowSource {
  private table: Table | null = null;
  private version = 0;
  private look = "";
  private readonly drawn = new Map<string, Drawn>();
  /** How often a thing has moved while we looked: only of things that did. */
  private readonly moved = new Map<string, number>();

  /** Most of the layer moves, whether or not its city says so. */
  get lively(): boolean {
    let often = 0;
    for (const times of this.moved.values()) if (times > 1) often += 1;
    return often > 0 && often * 2 > this.drawn.size;
  }

  /** What the source was given is gone, as after another style. */
  forget(): void {
    this.table = null;
    this.drawn.clear();
  }

  /** `look`: what the drawing depends on besides the row, as the language. True when something was sent to the map. */
  update(source: GeoJSONSource, table: Table, look: string, draw: Draw): boolean {
    const changed = table === this.table && look === this.look ? table.changedSince(this.version) : null;
    const first = this.table === null || changed === null;
    this.table = table;
    this.look = look;
    this.version = table.version;
    if (first) return this.whole(source, table, draw);
    const diff = this.difference(table, changed, draw);
    if (diff) void source.updateData(diff);
    return diff !== null;
  }

  /** Draws some rows again, as they look now. */
  redraw(source: GeoJSONSource, ids: Iterable<string>, draw: Draw): void {
    const diff = this.table && this.difference(this.table, ids, draw);
    if (diff) void source.updateData(diff);
  }

  private whole(source: GeoJSONSource, table: Table, draw: Draw): boolean {
    this.drawn.clear();
    const features: Feature[] = [];
    for (const row of table.rows.values()) {
      const feature = draw(row);
      if (!feature) continue;
      this.keep(row.id, feature);
      features.push(feature);
    }
    void source.setData({ type: "FeatureCollection", features });
    return true;
  }

  private difference(table: Table, changed: Iterable<string>, draw: Draw): GeoJSONSourceDiff | null {
    const remove: string[] = [];
    const add: Feature[] = [];
    for (const id of changed) {
      const row = table.rows.get(id);
      const feature = row ? draw(row) : null;
      const known = this.drawn.get(id);
      if (!feature) {
        if (this.drawn.delete(id)) remove.push(id);
      } else if (!known || !same(known, feature)) {
        // What is known under an id is replaced by what is added under it.
        this.keep(id, feature);
        add.push(feature);
      }
    }
    return remove.length || add.length ? { remove, add } : null;
  }

  private keep(id: string, { geometry, properties }: Feature): void {
    const known = this.drawn.get(id);
    if (known && (known.at[0] !== geometry.coordinates[0] || known.at[1] !== geometry.coordinates[1])) {
      this.moved.set(id, (this.moved.get(id) ?? 0) + 1);
    }
    this.drawn.set(id, { at: geometry.coordinates as LonLat, properties: properties ?? {} });
  }
}

function same(known: Drawn, { geometry, properties }: Feature): boolean {
  const [lon, lat] = geometry.coordinates;
  if (known.at[0] !== lon || known.at[1] !== lat) return false;
  const told = Object.entries(properties ?? {});
  return told.length === Object.keys(known.properties).length && told.every(([key, value]) => known.properties[key] === value);
}
