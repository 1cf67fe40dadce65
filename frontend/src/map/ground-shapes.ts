/** The ground of a layer's things: asked for when something has come whose ground is not known. */
import { api } from "../api/client";
import { store } from "../live/store";
import type { Table } from "../live/table";

export class GroundShapes {
  /** Rises when more is known. */
  version = 0;
  private readonly known = new Map<string, GeoJSON.Feature>();
  /** What has been asked for and may have no ground at all. */
  private readonly asked = new Set<string>();
  private asking = false;
  private turn = -1;

  constructor(
    private readonly layer: string,
    private readonly changed: () => void,
  ) {}

  need(table: Table): void {
    if (this.asking) return;
    // Another moment has other things.
    if (this.turn !== store.generation) this.asked.clear();
    this.turn = store.generation;
    const missing = [...table.rows.keys()].filter((id) => !this.known.has(id) && !this.asked.has(id));
    if (missing.length) void this.ask(missing);
  }

  /** Of what the table has now. */
  features(table: Table): GeoJSON.Feature[] {
    return [...table.rows.keys()].flatMap((id) => this.known.get(id) ?? []);
  }

  private async ask(missing: readonly string[]): Promise<void> {
    this.asking = true;
    try {
      const { features } = await api.shapes(this.layer, store.past);
      for (const feature of features) this.known.set(String(feature.properties?.["id"]), feature);
      for (const id of missing) this.asked.add(id);
      this.version += 1;
    } catch {
      // The next change of the layer asks again.
      return;
    } finally {
      this.asking = false;
    }
    this.changed();
  }
}
