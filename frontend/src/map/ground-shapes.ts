/** The ground or the lines of a layer's things: asked for when something has come whose ground is not known. */
import { api } from "../api/client";
import type { Layer } from "../api/types";
import { store } from "../live/store";
import type { Table } from "../live/table";
import { finer } from "./line-detail";

export class GroundShapes {
  /** Rises when more is known. */
  version = 0;
  private readonly known = new Map<string, GeoJSON.Feature>();
  /** What has been asked for and may have no ground at all. */
  private readonly asked = new Set<string>();
  private asking = false;
  private turn = -1;
  /** The zoom for which lines were read; null of ground, which is read as it is. */
  private detail: number | null = null;

  constructor(
    private readonly layer: Layer,
    private readonly changed: () => void,
  ) {}

  need(table: Table, zoom: number): void {
    if (this.asking) return;
    // Another moment has other things.
    if (this.turn !== store.generation) this.asked.clear();
    this.turn = store.generation;
    const detail = this.layer.drawing === "line" ? finer(this.detail, zoom, table.rows.size) : null;
    const all = [...table.rows.keys()];
    const missing = detail === this.detail ? all.filter((id) => !this.known.has(id) && !this.asked.has(id)) : all;
    if (missing.length) void this.ask(missing, detail);
  }

  /** Of what the table has now. */
  features(table: Table): GeoJSON.Feature[] {
    return [...table.rows.keys()].flatMap((id) => this.known.get(id) ?? []);
  }

  at(id: string): GeoJSON.Feature | null {
    return this.known.get(id) ?? null;
  }

  private async ask(missing: readonly string[], detail: number | null): Promise<void> {
    this.asking = true;
    try {
      const { features } = await api.shapes(this.layer.id, store.past, detail);
      for (const feature of features) this.known.set(String(feature.properties?.["id"]), feature);
      for (const id of missing) this.asked.add(id);
      this.version += 1;
      this.detail = detail;
    } catch {
      // The next change of the layer asks again.
      return;
    } finally {
      this.asking = false;
    }
    this.changed();
  }
}
