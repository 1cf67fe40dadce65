/** Things that are ground (neighbourhoods that a flood may reach) or lines (roads): drawn by the class of their first column. */
import type { GeoJSONSource, LayerSpecification, Map as MapLibre, StyleSpecification } from "maplibre-gl";
import type { Bounds, Layer } from "../api/types";
import { store } from "../live/store";
import type { Row, Table } from "../live/table";
import { boundsOf } from "./bounds";
import { NOTHING } from "./features";
import { ailingRow, ailingRows } from "../sources/ailing";
import { levelOf, SHADES } from "./ground-classes";
import { GroundShapes } from "./ground-shapes";
import { lineIds, lineLayers } from "./line-layers";
import type { Palette } from "./palette";

const OUTLINE = 0.45;
/** How much of the hatching is seen over ground whose source does not deliver: its class still shows. */
const HATCHED = 0.5;

function groundSource(layer: Layer): string {
  return `ground ${layer.id}`;
}

function groundLayers(layer: Layer, theme: string, palette: Palette, scale: number): LayerSpecification[] {
  const colour = palette.hues[layer.hue % 10] ?? palette.ink;
  const source = groundSource(layer);
  const level = ["coalesce", ["feature-state", "level"], -1];
  const shade = ["match", level, ...SHADES.flatMap((opacity, at) => [at, opacity]), 0];
  const hidden = { visibility: "none" };
  const hatched = ["case", ["boolean", ["feature-state", "stale"], false], HATCHED, 0];
  return [
    { id: `fill ${layer.id}`, type: "fill", source, layout: hidden, paint: { "fill-color": colour, "fill-opacity": shade } },
    { id: `hatch ${layer.id}`, type: "fill", source, layout: hidden, paint: { "fill-pattern": `hatch ${theme}`, "fill-opacity": hatched } },
    {
      id: `edge ${layer.id}`,
      type: "line",
      source,
      layout: hidden,
      paint: { "line-color": colour, "line-width": 0.8 * scale, "line-opacity": ["case", [">=", level, 0], 1, OUTLINE] },
    },
  ] as unknown as LayerSpecification[];
}

/** What the map has been given of a layer: versions of its table and its shapes, and which of them. */
interface Laid {
  table: number;
  shapes: number;
  turn: number;
  ailing: string;
  ids: string;
}

export class GroundView {
  private readonly shapes = new Map<string, GroundShapes>();
  private readonly laid = new Map<string, Laid>();
  private readonly chosen = new Map<string, string | null>();

  constructor(
    private readonly map: MapLibre,
    private readonly changed: () => void,
    private readonly selected: () => string | null,
  ) {}

  /** The map has got another style, whose sources are empty. */
  forget(): void {
    this.laid.clear();
    this.chosen.clear();
  }

  draw(layer: Layer, on: boolean): void {
    if (layer.drawing === "symbol") return;
    for (const id of layerIds(layer)) {
      if (!this.map.getLayer(id)) return;
      this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
    }
    const table = store.tables.get(layer.id);
    if (on && table) this.lay(layer, table);
    if (on && layer.drawing === "line") this.choose(layer);
  }

  /** Marks the line that is selected. */
  private choose(layer: Layer): void {
    const [before, now] = [this.chosen.get(layer.id) ?? null, this.selected()];
    if (before === now) return;
    const source = groundSource(layer);
    if (before) this.map.setFeatureState({ source, id: before }, { chosen: false });
    if (now) this.map.setFeatureState({ source, id: now }, { chosen: true });
    this.chosen.set(layer.id, now);
  }

  /** The box around one of the things that are drawn. */
  around(id: string): Bounds | null {
    for (const shapes of this.shapes.values()) {
      const found = shapes.at(id);
      if (found) return boundsOf(found.geometry);
    }
    return null;
  }

  private lay(layer: Layer, table: Table): void {
    const shapes = this.shapesOf(layer);
    shapes.need(table, this.map.getZoom());
    const known = this.laid.get(layer.id);
    const now = { table: table.version, shapes: shapes.version, turn: store.generation, ailing: [...ailingRows(store.now).keys()].join() };
    const same = known?.ailing === now.ailing && known.turn === now.turn;
    if (same && known.table === now.table && known.shapes === now.shapes) return;
    const features = shapes.features(table);
    const ids = [shapes.version, ...features.map(({ properties }) => String(properties?.["id"]))].join("\n");
    if (known?.ids !== ids) void this.map.getSource<GeoJSONSource>(groundSource(layer))?.setData({ type: "FeatureCollection", features });
    const changed = same && known.shapes === now.shapes ? table.changedSince(known.table) : null;
    for (const id of changed ?? table.rows.keys()) this.fill(layer, table.rows.get(id));
    this.laid.set(layer.id, { ...now, ids });
  }

  private fill(layer: Layer, row: Row | undefined): void {
    if (!row) return;
    const stale = ailingRow(store.now, row) !== null;
    this.map.setFeatureState({ source: groundSource(layer), id: row.id }, { level: levelOf(layer, row), stale });
  }

  private shapesOf(layer: Layer): GroundShapes {
    const known = this.shapes.get(layer.id) ?? new GroundShapes(layer, this.changed);
    this.shapes.set(layer.id, known);
    return known;
  }
}

/** Adds sources and layers for all that is ground. */
export function layGrounds(style: StyleSpecification, layers: readonly Layer[], theme: string, palette: Palette, scale: number): void {
  for (const layer of layers.filter(({ drawing }) => drawing !== "symbol")) {
    const source = groundSource(layer);
    style.sources[source] = { type: "geojson", data: NOTHING, promoteId: "id" };
    style.layers.push(...(layer.drawing === "line" ? lineLayers(layer, source, palette, scale) : groundLayers(layer, theme, palette, scale)));
  }
}

function layerIds(layer: Layer): string[] {
  return layer.drawing === "line" ? lineIds(layer) : [`fill ${layer.id}`, `hatch ${layer.id}`, `edge ${layer.id}`];
}
