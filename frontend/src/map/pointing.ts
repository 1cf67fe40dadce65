/** The hand on the map: what it points at, and what a click opens. */
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import type { Layer, Text } from "../api/types";
import type { Format } from "../format/format";
import { store } from "../live/store";
import { staleMinutes } from "../live/tracks";
import { screenState } from "../screen/screen";
import { ailingRow, ailingWords } from "../sources/ailing";
import type { Catalogue } from "../strings/catalogue";
import { pen } from "./pen";
import { type Picked } from "./picking";
import { rowsAt, type Stacked } from "./stacks";

/** Clusters that part only closer up than this hold things of one place. */
const DEEPEST = 17;
const MOST_LEAVES = 500;

export interface PointingHost {
  map: MapLibre;
  words(): Catalogue;
  format(): Format;
  text(text: Text): string;
  shown(): readonly Layer[];
  pick(point: { x: number; y: number }): Picked | null;
  changed(): void;
}

export class Pointing {
  tip: { name: string; x: number; y: number } | null = null;
  /** Things of one place, to choose from. */
  stack: { x: number; y: number; things: Stacked[] } | null = null;

  constructor(private readonly host: PointingHost) {
    const { map } = host;
    map.on("click", (event) => void this.clicked(event));
    map.on("mousemove", (event) => this.point(event));
    map.on("dblclick", () => pen.finish());
    map.on("mouseout", () => this.tell(null));
    map.on("movestart", () => this.closeStack());
  }

  closeStack(): void {
    if (!this.stack) return;
    this.stack = null;
    this.host.changed();
  }

  private async clicked(event: MapMouseEvent): Promise<void> {
    if (pen.mode !== "off") return pen.click([event.lngLat.lng, event.lngLat.lat]);
    const picked = this.host.pick(event.point);
    this.closeStack();
    if (!picked) return;
    if (picked.kind === "cluster") await this.part(picked, event.point);
    else if (picked.kind === "stack") this.open(rowsAt(picked.at, this.host.shown(), store.tables), event.point);
    else if (picked.kind === "incident") screenState.openIncident(picked.id);
    else screenState.openPlace(picked.id);
  }

  /** Goes closer until a cluster parts; one that never does is listed. */
  private async part({ at, cluster, source }: Extract<Picked, { kind: "cluster" }>, point: { x: number; y: number }): Promise<void> {
    const { map } = this.host;
    const from = map.getSource<GeoJSONSource>(source);
    const zoom = (await from?.getClusterExpansionZoom(cluster)) ?? map.getZoom() + 2;
    if (zoom <= DEEPEST) {
      map.easeTo({ center: at, zoom: Math.max(zoom, map.getZoom() + 0.5), duration: 200 });
      return;
    }
    const leaves = (await from?.getClusterLeaves(cluster, MOST_LEAVES, 0)) ?? [];
    this.open(leaves.flatMap(({ properties }) => thing(String(properties?.["layer"]), String(properties?.["id"]))), point);
  }

  private open(things: Stacked[], { x, y }: { x: number; y: number }): void {
    const [only] = things;
    if (things.length === 1 && only) return screenState.openPlace(only.row.id);
    this.stack = things.length ? { x, y, things } : null;
    this.host.changed();
  }

  private point(event: MapMouseEvent): void {
    if (pen.mode !== "off") {
      this.host.map.getCanvas().style.cursor = "crosshair";
      return this.tell(null);
    }
    const picked = this.host.pick(event.point);
    this.host.map.getCanvas().style.cursor = picked ? "pointer" : "";
    const name = picked && this.named(picked);
    this.tell(name ? { name, x: event.point.x, y: event.point.y } : null);
  }

  private tell(tip: Pointing["tip"]): void {
    if (!tip && !this.tip) return;
    this.tip = tip;
    this.host.changed();
  }

  private named(picked: Picked): string {
    const words = this.host.words();
    if (picked.kind === "cluster") return [words.cluster(picked.count), picked.stale ? words.clusterStale(picked.stale) : ""].filter(Boolean).join(" · ");
    if (picked.kind === "stack") return words.stack(picked.count);
    const layer = picked.kind === "place" ? picked.layer : undefined;
    const row = layer ? store.tables.get(layer)?.rows.get(picked.id) : undefined;
    const minutes = row && layer ? staleMinutes(row, layer, store.clock().getTime()) : null;
    const source = row ? ailingRow(store.now, row) : null;
    const blind = source ? ailingWords(this.host.text(source.title), source, words, this.host.format(), store.clock()) : "";
    return [picked.name, minutes === null ? "" : words.positionAge(minutes), blind].filter(Boolean).join(" · ");
  }
}

function thing(layerId: string, id: string): Stacked[] {
  const layer = store.city?.layers.find((known) => known.id === layerId);
  const row = store.tables.get(layerId)?.rows.get(id);
  return layer && row ? [{ layer, row }] : [];
}

