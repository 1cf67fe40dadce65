/** Areas in the colours of their classes, hatched where nothing is known; and the heat of points. */
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { AreaFigures } from "../api/types";
import { RADII } from "../screen/shade";
import type { Palette } from "./palette";

export const HEAT = "heat";
export const LEVELS = ["kecamatan", "kelurahan"] as const;
/** Metres a pixel at zoom 0 on the equator, for tiles of 512 pixels. */
const METRES_A_PIXEL = 78_271.517;
const ZOOMS = 22;
/** What one point adds to the density at its own place (MapLibre's kernel). */
const KERNEL = 0.3989;

/** Below the lines and names of areas; nothing is drawn until there are figures. */
export function shadeLayers(): LayerSpecification[] {
  return LEVELS.flatMap((level) =>
    [`shade ${level}`, `unknown ${level}`].map(
      (id) => ({ id, type: "fill", source: "ground", "source-layer": level, layout: { visibility: "none" } }) as LayerSpecification,
    ),
  );
}

export function layHeat(style: StyleSpecification): void {
  style.sources[HEAT] = { type: "geojson", data: { type: "FeatureCollection", features: [] } };
  style.layers.push({ id: HEAT, type: "heatmap", source: HEAT, maxzoom: 16.5, layout: { visibility: "none" } } as LayerSpecification);
}

/** Layers of the style for one level: of areas with a figure, and of those without. */
export function shadeIds(level: string): { known: string; unknown: string } {
  return { known: `shade ${level}`, unknown: `unknown ${level}` };
}

/** How to colour areas by their code. Fewer classes than five are spread over the whole range. */
export function shadePaint({ areas, classes }: AreaFigures, palette: Palette) {
  const known = areas.filter((area) => area.class !== null);
  const pairs = known.flatMap(({ code, class: step }) => [code, classColour(step ?? 0, classes.length, palette)]);
  const colour = pairs.length ? ["match", ["get", "code"], ...pairs, "rgba(0,0,0,0)"] : "rgba(0,0,0,0)";
  const unknown = areas.filter((area) => area.class === null).map(({ code }) => code);
  return { colour, unknown: ["in", ["get", "code"], ["literal", unknown]] };
}

export function classColour(step: number, count: number, palette: Palette): string {
  const place = count > 1 ? Math.round((step * (palette.classes.length - 1)) / (count - 1)) : 2;
  return palette.classes[place] ?? palette.ink;
}

/** `most`: so many points within the radius have the strongest colour. */
export function heatPaint(radius: number, latitude: number, most: number, palette: Palette) {
  const pixels = radius / (METRES_A_PIXEL * Math.cos((latitude * Math.PI) / 180));
  const steps = palette.classes.flatMap((colour, index) => [(index + 1) / palette.classes.length, colour]);
  return {
    "heatmap-radius": ["interpolate", ["exponential", 2], ["zoom"], 0, pixels, ZOOMS, pixels * 2 ** ZOOMS],
    "heatmap-weight": 1,
    "heatmap-intensity": 1 / (KERNEL * Math.max(1, most)),
    "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, transparent(palette.classes[0] ?? ""), 0.04, palette.classes[0], ...steps],
    "heatmap-opacity": 0.85,
  };
}

/** The greatest number of points in a square as wide as the radius: what the strongest colour stands for. */
export function densest(points: readonly (readonly [number, number])[], radius: number): number {
  const cells = new Map<string, number>();
  let most = 0;
  for (const [lon, lat] of points) {
    const across = (lon * 111_320 * Math.cos((lat * Math.PI) / 180)) / radius;
    const key = `${Math.floor(across)} ${Math.floor((lat * 110_574) / radius)}`;
    const count = (cells.get(key) ?? 0) + 1;
    cells.set(key, count);
    if (count > most) most = count;
  }
  return most;
}

export const usualRadius = RADII[1];

/** The same colour, not to be seen: a fade to black would leave a grey rim. */
function transparent(hex: string): string {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) || 0);
  return `rgba(${parts.join(",")},0)`;
}
