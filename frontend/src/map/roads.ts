/** Roads by class, quiet beneath the layers of the city; nothing at all where none have been imported. */
import type { FilterSpecification, LayerSpecification, SourceSpecification } from "maplibre-gl";
import type { City } from "../api/types";
import { basemapSource } from "./basemap";
import type { Palette } from "./palette";

const SOURCE = "roads";
const PATHS = ["track", "cycleway", "footway", "path", "steps", "construction"];
const MIDDLE = ["tertiary", "secondary"];
const MAJOR = ["motorway", "trunk", "primary"];

/** [zoom, width in pixels] of lines; what is narrower than a pixel fades instead. */
type Widths = readonly (readonly [number, number])[];
const MINOR_WIDTHS: Widths = [[12, 0.3], [14, 0.9], [16, 3.5], [18, 9]];
const MIDDLE_WIDTHS: Widths = [[10, 0.4], [12, 0.8], [14, 1.8], [16, 5], [18, 13]];
const MAJOR_WIDTHS: Widths = [[8, 0.5], [10, 0.9], [12, 1.5], [14, 3], [16, 7], [18, 17]];

export function roadSources(city: City): Record<string, SourceSpecification> {
  return city.roads ? { [SOURCE]: basemapSource(city.roads) } : {};
}

export function roadLayers(city: City, palette: Palette, scale: number): LayerSpecification[] {
  if (!city.roads) return [];
  const small = ["!", ["in", ["get", "class"], ["literal", [...PATHS, ...MIDDLE, ...MAJOR]]]];
  const line = (id: string, filter: unknown, colour: string, widths: Widths, more: object = {}) =>
    ({
      id,
      type: "line",
      source: SOURCE,
      "source-layer": "roads",
      filter: filter as FilterSpecification,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": colour, "line-width": widening(widths, scale), "line-opacity": unseen(), ...more },
    }) as LayerSpecification;
  return [
    line("road-path", oneOf(PATHS), palette.road, [[14, 0.5], [18, 2.5]], { "line-dasharray": [2, 2] }),
    line("road-minor", small, palette.road, MINOR_WIDTHS),
    line("road-middle", oneOf(MIDDLE), palette.roadMajor, MIDDLE_WIDTHS),
    line("road-major", oneOf(MAJOR), palette.roadMajor, MAJOR_WIDTHS),
  ];
}

/** Names along the lines, the important first; they give way to every other name. */
export function roadNames(city: City, palette: Palette, scale: number, font: string[]): LayerSpecification[] {
  if (!city.roads) return [];
  const names = (id: string, filter: unknown, minzoom: number) =>
    ({
      id,
      type: "symbol",
      source: SOURCE,
      "source-layer": "roads",
      minzoom: minzoom + Math.log2(scale),
      filter: ["all", ["has", "name"], filter] as FilterSpecification,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 320,
        "text-field": ["get", "name"],
        "text-font": font,
        "text-size": 11 * scale,
        "text-max-angle": 30,
        "text-padding": 6,
      },
      paint: { "text-color": palette.label, "text-halo-color": palette.city, "text-halo-width": 1.4 * scale },
    }) as LayerSpecification;
  const rest = ["!", oneOf([...MAJOR, ...MIDDLE])];
  return [names("road-name-minor", rest, 15.5), names("road-name-middle", oneOf(MIDDLE), 14), names("road-name-major", oneOf(MAJOR), 12.5)];
}

function oneOf(classes: string[]) {
  return ["in", ["get", "class"], ["literal", classes]];
}

function widening(widths: Widths, scale: number) {
  return ["interpolate", ["exponential", 1.4], ["zoom"], ...widths.flatMap(([zoom, width]) => [zoom, width * scale])];
}

/** What runs under the ground is half seen. */
function unseen() {
  return ["case", ["==", ["get", "structure"], "tunnel"], 0.45, 1];
}
