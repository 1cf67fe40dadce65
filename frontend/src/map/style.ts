/** The look of the map: ground, hairlines, names. Layers of the city's things come from `layers.ts`. */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Area, City } from "../api/types";
import { basemapSource, boundsAsLand, labelPoints } from "./basemap";
import type { Palette } from "./palette";
import { roadLayers, roadNames, roadSources } from "./roads";

/** The map reads the weight out of the first name; Japanese letters come from the second. */
export const REGULAR = ["IBM Plex Sans", "IBM Plex Sans JP"];
export const MEDIUM = ["IBM Plex Sans Medium", "IBM Plex Sans JP"];
export const SEMIBOLD = ["IBM Plex Sans SemiBold", "IBM Plex Sans JP"];

/** Zoom from which kelurahan have names, and a click on open ground means one. A wall's larger letters need more room. */
export function kelurahanFromZoom(scale: number): number {
  return 12.8 + Math.log2(scale);
}

/** No `glyphs`: the map writes with the faces that the page has loaded. */
export function groundStyle(city: City, areas: readonly Area[], palette: Palette, scale: number): StyleSpecification {
  const drawn = city.basemap ? tiles(city, city.basemap, palette, scale) : rectangles(city, areas, palette, scale);
  // Where nobody has drawn the coast, what lies around the city is neither land nor water.
  const unseen = city.basemap && !city.land ? palette.land : palette.water;
  return {
    version: 8,
    sources: drawn.sources,
    layers: [{ id: "water", type: "background", paint: { "background-color": unseen } }, ...drawn.layers],
    transition: { duration: 0, delay: 0 },
  };
}

interface Ground {
  sources: Record<string, SourceSpecification>;
  layers: LayerSpecification[];
}

function tiles(city: City, path: string, palette: Palette, scale: number): Ground {
  const from = (layer: string) => ({ source: "ground", "source-layer": layer });
  return {
    sources: { ground: basemapSource(path), ...roadSources(city) },
    layers: [
      { id: "land", type: "fill", ...from("land"), paint: { "fill-color": palette.land } },
      { id: "city", type: "fill", ...from("kecamatan"), paint: { "fill-color": palette.city } },
      ...roadLayers(city, palette, scale),
      {
        id: "rw-line",
        type: "line",
        ...from("rw"),
        minzoom: 13,
        paint: { "line-color": palette.cityline, "line-width": 0.5 * scale, "line-dasharray": [4, 3] },
      },
      {
        id: "kelurahan-line",
        type: "line",
        ...from("kelurahan"),
        paint: { "line-color": palette.cityline, "line-width": 0.8 * scale },
      },
      {
        id: "kecamatan-line",
        type: "line",
        ...from("kecamatan"),
        paint: { "line-color": palette.districtline, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.8 * scale, 14, 1.6 * scale] },
      },
      { id: "kelurahan", type: "fill", ...from("kelurahan"), paint: { "fill-opacity": 0 } },
      ...["kecamatan", "kelurahan"].map((level): LayerSpecification => ({
        id: `${level}-selected`,
        type: "line",
        ...from(level),
        filter: ["==", ["get", "code"], ""],
        layout: { "line-join": "round" },
        paint: { "line-color": palette.accent, "line-width": 2 * scale },
      })),
    ],
  };
}

function rectangles(city: City, areas: readonly Area[], palette: Palette, scale: number): Ground {
  return {
    sources: { ground: { type: "geojson", data: boundsAsLand(areas) }, names: { type: "geojson", data: labelPoints(areas) }, ...roadSources(city) },
    layers: [
      ...roadLayers(city, palette, scale),
      {
        id: "city",
        type: "line",
        source: "ground",
        paint: { "line-color": palette.districtline, "line-width": scale, "line-dasharray": [3, 3] },
      },
    ],
  };
}

/** Names of areas: drawn after the symbols, placed where those leave room. */
export function nameLayers(city: City, palette: Palette, scale: number): LayerSpecification[] {
  const from = (layer: string) => (city.basemap ? { source: "ground", "source-layer": layer } : { source: "names" });
  const halo = { "text-halo-color": palette.city, "text-halo-width": 1.6 * scale };
  const district: LayerSpecification = {
    id: "kecamatan-name",
    type: "symbol",
    ...from("kecamatan_label"),
    layout: {
      "text-field": ["get", "name"],
      "text-font": MEDIUM,
      "text-size": ["interpolate", ["linear"], ["zoom"], 10 + Math.log2(scale), 11.5 * scale, 13 + Math.log2(scale), 15 * scale],
      "text-letter-spacing": 0.02,
      "text-padding": 4,
      "text-max-width": 8,
    },
    paint: { "text-color": palette.label, ...halo, "text-opacity": ["interpolate", ["linear"], ["zoom"], 13.500, 1, 15, 0.550] },
  };
  const village: LayerSpecification = {
    id: "kelurahan-name",
    type: "symbol",
    minzoom: kelurahanFromZoom(scale),
    ...from("kelurahan_label"),
    layout: {
      "text-field": ["get", "name"],
      "text-font": REGULAR,
      "text-size": 11.5 * scale,
      "text-letter-spacing": 0.02,
      "text-padding": 3,
      "text-max-width": 7,
    },
    paint: { "text-color": palette.label, ...halo },
  };
  return [...roadNames(city, palette, scale, REGULAR), ...(city.basemap ? [village, district] : [district])];
}
