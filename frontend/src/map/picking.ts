/** What lies under the pointer: an incident before a symbol, a symbol before the area it stands in. */
import type { Map as MapLibre, MapGeoJSONFeature, PointLike } from "maplibre-gl";
import type { Area, LonLat } from "../api/types";

export type Picked =
  | { kind: "incident"; id: string; name: string }
  | { kind: "place"; id: string; name: string }
  | { kind: "cluster"; at: LonLat; count: number };

const REACH = 7;

/** `fine`: the zoom from which open ground means the kelurahan; further out it means the kecamatan. */
export function pickAt(map: MapLibre, { x, y }: { x: number; y: number }, areas: readonly Area[], fine: number): Picked | null {
  const reach: [PointLike, PointLike] = [
    [x - REACH, y - REACH],
    [x + REACH, y + REACH],
  ];
  const found = map.queryRenderedFeatures(reach).filter(({ source }) => source !== "ground" && source !== "names");
  const feature = found.find(({ properties }) => properties["incident"]) ?? nearest(map, found, x, y);
  return feature ? read(feature) : areaAt(map, x, y, areas, fine);
}

function nearest(map: MapLibre, found: MapGeoJSONFeature[], x: number, y: number): MapGeoJSONFeature | undefined {
  const far = (feature: MapGeoJSONFeature) => {
    if (feature.geometry.type !== "Point") return Infinity;
    const at = map.project(feature.geometry.coordinates as LonLat);
    return Math.hypot(at.x - x, at.y - y);
  };
  return found.sort((a, b) => far(a) - far(b))[0];
}

function read({ properties, geometry }: MapGeoJSONFeature): Picked | null {
  if (properties["point_count"] && geometry.type === "Point") {
    return { kind: "cluster", at: geometry.coordinates as LonLat, count: Number(properties["point_count"]) };
  }
  const id = String(properties["id"]);
  const name = String(properties["name"]);
  return properties["incident"] ? { kind: "incident", id, name } : { kind: "place", id, name };
}

function areaAt(map: MapLibre, x: number, y: number, areas: readonly Area[], fine: number): Picked | null {
  const layer = map.getZoom() >= fine ? "kelurahan" : "city";
  if (!map.getLayer(layer)) return null;
  const [feature] = map.queryRenderedFeatures([x, y], { layers: [layer] });
  const area = areas.find(({ code }) => code === feature?.properties["code"]);
  return area ? { kind: "place", id: area.id, name: area.name } : null;
}
