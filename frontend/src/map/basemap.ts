/** The city's own tiles, read by range from one file on our own server. */
import { addProtocol } from "maplibre-gl";
import type { SourceSpecification } from "maplibre-gl";
import { Protocol } from "pmtiles";
import type { Area } from "../api/types";

let ready = false;

export function basemapSource(path: string): SourceSpecification {
  if (!ready) addProtocol("pmtiles", new Protocol().tile);
  ready = true;
  return { type: "vector", url: `pmtiles://${new URL(path, window.location.origin).href}` };
}

/** Where no base map exists: the outer bounds of each area as a rectangle, and nothing that pretends to be a coast. */
export function boundsAsLand(areas: readonly Area[]): GeoJSON.FeatureCollection {
  const shown = areas.filter(({ level }) => level !== "kelurahan");
  return {
    type: "FeatureCollection",
    features: shown.map(({ name, code, level, bounds: [west, south, east, north] }) => ({
      type: "Feature",
      properties: { name, code, level },
      geometry: {
        type: "Polygon",
        coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
      },
    })),
  };
}

export function labelPoints(areas: readonly Area[]): GeoJSON.FeatureCollection {
  const shown = areas.filter(({ level }) => level === "kecamatan");
  return {
    type: "FeatureCollection",
    features: shown.map(({ name, center }) => ({
      type: "Feature",
      properties: { name },
      geometry: { type: "Point", coordinates: center },
    })),
  };
}
