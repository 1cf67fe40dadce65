/** Things that are ground (neighbourhoods that a flood may reach): filled by the class of their first column. */
import type { GeoJSONSource, LayerSpecification, Map as MapLibre, StyleSpecification } from "maplibre-gl";
import { api } from "../api/client";
import type { Layer } from "../api/types";
import { store } from "../live/store";
import { NOTHING } from "./features";
import { ailingRow, ailingRows } from "../sources/ailing";
import { levelOf, SHADES } from "./ground-classes";
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

export class GroundView {
  private readonly loaded = new Map<string, GeoJSON.FeatureCollection | "asked">();
  private readonly filled = new Map<string, { version: number; ailing: string }>();

  constructor(
    private readonly map: MapLibre,
    private readonly changed: () => void,
  ) {}

  /** The map has got another style, whose sources are empty. */
  forget(): void {
    this.filled.clear();
  }

  draw(layer: Layer, on: boolean): void {
    if (layer.drawing !== "area" || !this.map.getLayer(`fill ${layer.id}`)) return;
    for (const id of [`fill ${layer.id}`, `hatch ${layer.id}`, `edge ${layer.id}`]) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
    const table = store.tables.get(layer.id);
    if (!on || !table) return;
    const shapes = this.shapes(layer);
    if (!shapes) return;
    const source = groundSource(layer);
    const known = this.filled.get(layer.id);
    const ailing = [...ailingRows(store.now).keys()].join();
    if (known === undefined) void this.map.getSource<GeoJSONSource>(source)?.setData(shapes);
    if (known?.version === table.version && known.ailing === ailing) return;
    const ids = (known?.ailing === ailing ? table.changedSince(known.version) : null) ?? table.rows.keys();
    for (const id of ids) {
      const row = table.rows.get(id);
      if (row) this.map.setFeatureState({ source, id }, { level: levelOf(layer, row), stale: ailingRow(store.now, row) !== null });
    }
    this.filled.set(layer.id, { version: table.version, ailing });
  }

  /** The ground of a layer's things, asked for once. */
  private shapes(layer: Layer): GeoJSON.FeatureCollection | null {
    const known = this.loaded.get(layer.id);
    if (known) return known === "asked" ? null : known;
    this.loaded.set(layer.id, "asked");
    api.shapes(layer.id).then(
      (shapes) => {
        this.loaded.set(layer.id, shapes);
        this.changed();
      },
      () => this.loaded.delete(layer.id),
    );
    return null;
  }
}

/** Adds sources and layers for all that is ground. */
export function layGrounds(style: StyleSpecification, layers: readonly Layer[], theme: string, palette: Palette, scale: number): void {
  for (const layer of layers.filter(({ drawing }) => drawing === "area")) {
    style.sources[groundSource(layer)] = { type: "geojson", data: NOTHING, promoteId: "id" };
    style.layers.push(...groundLayers(layer, theme, palette, scale));
  }
}
