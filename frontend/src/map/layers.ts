/** How the city's layers are drawn: a symbol a row, names where there is room, clusters where there are too many. */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Layer } from "../api/types";
import { NOTHING } from "./features";
import type { Palette } from "./palette";
import { REGULAR, SEMIBOLD } from "./style";
import { staleName, symbolName } from "./symbols";
import { TRAILS } from "./trails";

/** More symbols of one layer in view than this are gathered into clusters. */
export const CLUSTER_ABOVE = 300;
const NAMES_FROM_ZOOM = 14;
/** How many in a cluster are stale. */
const STALE = { stale: ["+", ["case", ["boolean", ["get", "stale"], false], 1, 0]] } as unknown as Record<string, unknown>;

export function layerSource(layer: Layer): string {
  return `rows ${layer.id}`;
}

export function clusterSource(layer: Layer): string {
  return `clusters ${layer.id}`;
}

/** Layers of the style that belong to one layer of the city: single symbols, or clusters. */
export function styleLayersOf(layer: Layer): { single: string[]; clustered: string[] } {
  const name = layer.id;
  return { single: [`symbol ${name}`, `label ${name}`, `stack ${name}`], clustered: [`cluster ${name}`, `cluster-count ${name}`, `cluster-single ${name}`] };
}

export function sourcesFor(data: GeoJSON.FeatureCollection): Record<"single" | "clustered", SourceSpecification> {
  return {
    single: { type: "geojson", data, promoteId: "id" },
    clustered: { type: "geojson", data, promoteId: "id", cluster: true, clusterRadius: 44, clusterMaxZoom: 17, clusterMinPoints: 3, clusterProperties: STALE },
  };
}

/** Names beside symbols: a layer of its own, so that they stand above the names of areas and take room before them. */
export function labelLayer(layer: Layer, palette: Palette, scale: number): LayerSpecification[] {
  if (layer.labels === "never") return [];
  const always = ["format", ["get", "name"], { "text-font": ["literal", SEMIBOLD] }, "\n", {}, ["get", "detail"], { "font-scale": 0.9, "text-color": palette.ink2 }];
  const label = {
    id: styleLayersOf(layer).single[1],
    type: "symbol",
    source: layerSource(layer),
    minzoom: layer.labels === "always" ? layer.minZoom : NAMES_FROM_ZOOM + Math.log2(scale),
    layout: {
      "text-field": layer.labels === "always" ? always : ["get", "name"],
      "text-font": REGULAR,
      "text-size": 11.5 * scale,
      "text-variable-anchor": ["left", "right", "top", "bottom"],
      "text-radial-offset": 0.95,
      "text-justify": "auto",
      "text-letter-spacing": 0.01,
      "text-max-width": 14,
    },
    paint: { "text-color": palette.ink, "text-halo-color": palette.city, "text-halo-width": 1.6 * scale },
  };
  return [label as unknown as LayerSpecification];
}

export function symbolLayers(layer: Layer, theme: string, palette: Palette, scale: number): LayerSpecification[] {
  const symbol = (id: string | undefined, source: string, filter: object = {}) => {
    const layout = {
      "icon-image": ["case", ["boolean", ["get", "stale"], false], staleName(theme, layer.shape, layer.hue), symbolName(theme, layer.shape, layer.hue)],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.85, 14, 1.15],
    };
    return { id, type: "symbol", source, minzoom: Math.max(0, layer.minZoom - 1), ...filter, layout } as unknown as LayerSpecification;
  };
  const { single, clustered } = styleLayersOf(layer);
  return [
    symbol(single[0], layerSource(layer)),
    stackLayer(layer, palette, scale),
    ...clusterLayers(layer, palette, scale),
    symbol(clustered[2], clusterSource(layer), { filter: ["!", ["has", "point_count"]] }),
  ];
}

/** How many stand at one and the same place, beside the symbol that hides them. */
function stackLayer(layer: Layer, palette: Palette, scale: number): LayerSpecification {
  return {
    id: styleLayersOf(layer).single[2],
    type: "symbol",
    source: layerSource(layer),
    minzoom: Math.max(0, layer.minZoom - 1),
    filter: ["has", "stack"],
    layout: {
      "text-field": ["to-string", ["get", "stack"]],
      "text-font": SEMIBOLD,
      "text-size": 10 * scale,
      "text-offset": [0.95, -0.75],
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: { "text-color": palette.ink, "text-halo-color": palette.city, "text-halo-width": 1.6 * scale },
  } as unknown as LayerSpecification;
}

function clusterLayers(layer: Layer, palette: Palette, scale: number): LayerSpecification[] {
  const colour = palette.hues[layer.hue % 10] ?? palette.ink;
  const { clustered } = styleLayersOf(layer);
  const common = { source: clusterSource(layer), filter: ["has", "point_count"] };
  return [
    {
      id: clustered[0],
      type: "circle",
      ...common,
      paint: {
        "circle-color": palette.city,
        "circle-stroke-color": ["case", [">", ["get", "stale"], 0], palette.label, colour],
        "circle-stroke-width": 1.2 * scale,
        "circle-radius": ["interpolate", ["linear"], ["ln", ["get", "point_count"]], 1, 8 * scale, 7, 19 * scale],
      },
    },
    {
      id: clustered[1],
      type: "symbol",
      ...common,
      layout: { "text-field": ["get", "point_count"], "text-font": REGULAR, "text-size": 11 * scale, "text-allow-overlap": true },
      paint: { "text-color": palette.ink },
    },
  ] as unknown as LayerSpecification[];
}

/** The way that moving things have come, below their symbols. */
export function layTrails(style: StyleSpecification, scale: number): void {
  style.sources[TRAILS] = { type: "geojson", data: NOTHING };
  style.layers.push({
    id: TRAILS,
    type: "line",
    source: TRAILS,
    layout: { "line-cap": "round" },
    paint: { "line-color": ["get", "colour"], "line-opacity": ["get", "fade"], "line-width": 2 * scale },
  } as LayerSpecification);
}

/** What differs, incidents and the selection: above everything, always drawn. */
export function layTop(style: StyleSpecification, palette: Palette, scale: number): void {
  for (const source of ["differences", "incidents", "selected"]) style.sources[source] = { type: "geojson", data: NOTHING };
  style.layers.push(...topLayers(palette, scale));
}

function topLayers(palette: Palette, scale: number): LayerSpecification[] {
  const layer = (id: string, text: object): LayerSpecification =>
    ({
      id,
      type: "symbol",
      source: id,
      layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true, ...text },
      paint: { "text-color": palette.ink, "text-halo-color": palette.city, "text-halo-width": 2 * scale },
    }) as LayerSpecification;
  return [
    layer("differences", {}),
    layer("incidents", {}),
    layer("selected", {
      "text-field": ["get", "name"],
      "text-font": SEMIBOLD,
      "text-size": 13 * scale,
      "text-variable-anchor": ["left", "right", "top", "bottom"],
      "text-radial-offset": 1.1,
      "text-justify": "auto",
      "text-allow-overlap": true,
      "text-max-width": 14,
    }),
  ];
}
