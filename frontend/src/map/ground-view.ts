/** Things that are ground (neighbourhoods that a flood may reach): filled by the class of their first column. */
import type { GeoJSONSource, LayerSpecification, Map as MapLibre, StyleSpecification } from "maplibre-gl";
import type { Layer } from "../api/types";
import { store } from "../live/store";
import type { Row, Table } from "../live/table";
import { NOTHING } from "./features";
import { ailingRow, ailingRows } from "../sources/ailing";
import { levelOf, SHADES } from "./ground-classes";
import { GroundShapes } from "./ground-shapes";
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

  constructor(
    private readonly map: MapLibre,
    private readonly changed: () => void,
  ) {}

  /** The map has got another style, whose sources are empty. */
  forget(): void {
    this.laid.clear();
  }

  draw(layer: Layer, on: boolean): void {
    if (layer.drawing !== "area" || !this.map.getLayer(`fill ${layer.id}`)) return;
    for (const id of [`fill ${layer.id}`, `hatch ${layer.id}`, `edge ${layer.id}`]) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
    const table = store.tables.get(layer.id);
    if (on && table) this.lay(layer, table);
  }

  private lay(layer: Layer, table: Table): void {
    const shapes = this.shapesOf(layer);
    shapes.need(table);
    const known = this.laid.get(layer.id);
    const now = { table: table.version, shapes: shapes.version, turn: store.generation, ailing: [...ailingRows(store.now).keys()].join() };
    const same = known?.ailing === now.ailing && known.turn === now.turn;
    if (same && known.table === now.table && known.shapes === now.shapes) return;
    const features = shapes.features(table);
    const ids = features.map(({ properties }) => String(properties?.["id"])).join("\n");
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
    const known = this.shapes.get(layer.id) ?? new GroundShapes(layer.id, this.changed);
    this.shapes.set(layer.id, known);
    return known;
  }
}

/** Adds sources and layers for all that is ground. */
export function layGrounds(style: StyleSpecification, layers: readonly Layer[], theme: string, palette: Palette, scale: number): void {
  for (const layer of layers.filter(({ drawing }) => drawing === "area")) {
    style.sources[groundSource(layer)] = { type: "geojson", data: NOTHING, promoteId: "id" };
    style.layers.push(...groundLayers(layer, theme, palette, scale));
  }
}
