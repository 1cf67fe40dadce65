/** What lies under the pointer: an incident before a symbol, a symbol before the area it stands in. */
import type { Map as MapLibre, MapGeoJSONFeature, PointLike } from "maplibre-gl";
import type { Area, LonLat } from "../api/types";
import { store } from "../live/store";
import { lineIds } from "./line-layers";
import type { MoverView } from "./mover-view";

export type Picked =
  | { kind: "incident"; id: string; name: string }
  | { kind: "place"; id: string; name: string; layer?: string }
  | { kind: "stack"; at: LonLat; count: number }
  | { kind: "cluster"; at: LonLat; count: number; stale: number; cluster: number; source: string };

interface Spot {
  x: number;
  y: number;
}

const REACH = 7;

/** `fine`: the zoom from which open ground means the kelurahan; further out it means the kecamatan. */
export function pickAt(map: MapLibre, { x, y }: Spot, areas: readonly Area[], fine: number, movers: MoverView | null): Picked | null {
  const reach: [PointLike, PointLike] = [
    [x - REACH, y - REACH],
    [x + REACH, y + REACH],
  ];
  const found = map.queryRenderedFeatures(reach).filter(({ source }) => !source.startsWith("ground") && source !== "names");
  const incident = found.find(({ properties }) => properties["incident"]);
  if (incident) return read(incident);
  const mover = movers?.near(x, y, REACH);
  const feature = nearest(map, found, x, y);
  if (mover && !(feature && distance(map, feature, x, y) < mover.far)) return readMover(mover.layer.id, mover.track.id);
  return feature ? (stacked(found, feature) ?? read(feature)) : (lineAt(map, reach) ?? groundAt(map, x, y) ?? areaAt(map, x, y, areas, fine));
}

function nearest(map: MapLibre, found: MapGeoJSONFeature[], x: number, y: number): MapGeoJSONFeature | undefined {
  const points = found.filter(({ geometry }) => geometry.type === "Point");
  return points.sort((a, b) => distance(map, a, x, y) - distance(map, b, x, y))[0];
}

/** Pixels between a point of the map and a point of the screen. */
function distance(map: MapLibre, { geometry }: MapGeoJSONFeature, x: number, y: number): number {
  if (geometry.type !== "Point") return Infinity;
  const at = map.project(geometry.coordinates as LonLat);
  return Math.hypot(at.x - x, at.y - y);
}

function readMover(layer: string, id: string): Picked {
  return { kind: "place", id, layer, name: store.tables.get(layer)?.rows.get(id)?.name ?? id };
}

/** Several different things at exactly the same place. */
function stacked(found: readonly MapGeoJSONFeature[], { geometry, properties }: MapGeoJSONFeature): Picked | null {
  if (geometry.type !== "Point" || properties["point_count"]) return null;
  const [lon, lat] = geometry.coordinates;
  const here = found.filter(({ geometry: other }) => other.type === "Point" && other.coordinates[0] === lon && other.coordinates[1] === lat);
  const things = new Map(here.map((each) => [String(each.properties["id"]), each.properties]));
  const [first] = things.values();
  const row = store.tables.get(String(first?.["layer"]))?.rows.get(String(first?.["id"]));
  return things.size > 1 && row?.at ? { kind: "stack", at: row.at, count: things.size } : null;
}

function read({ properties, geometry, source }: MapGeoJSONFeature): Picked | null {
  if (properties["point_count"] && geometry.type === "Point") {
    const cluster = Number(properties["cluster_id"]);
    const [count, stale] = [Number(properties["point_count"]), Number(properties["stale"])];
    return { kind: "cluster", at: geometry.coordinates as LonLat, count, stale, cluster, source };
  }
  const id = String(properties["id"]);
  const name = String(properties["name"]);
  return properties["incident"] ? { kind: "incident", id, name } : { kind: "place", id, name, layer: String(properties["layer"]) };
}

/** A thing that is a line, before ground: of lines that lie together the one on top. */
function lineAt(map: MapLibre, reach: [PointLike, PointLike]): Picked | null {
  for (const layer of store.city?.layers ?? []) {
    const [, line] = lineIds(layer);
    const [feature] = layer.drawing === "line" && map.getLayer(line) ? map.queryRenderedFeatures(reach, { layers: [line] }) : [];
    const picked = feature && ofLayer(layer.id, String(feature.properties["id"]));
    if (picked) return picked;
  }
  return null;
}

function ofLayer(layer: string, id: string): Picked | null {
  const row = store.tables.get(layer)?.rows.get(id);
  return row ? { kind: "place", id: row.id, name: [row.name, row.area].filter(Boolean).join(" · "), layer } : null;
}

/** A thing that is ground, before the area in which it lies. */
function groundAt(map: MapLibre, x: number, y: number): Picked | null {
  for (const layer of store.city?.layers ?? []) {
    const fill = `fill ${layer.id}`;
    const [feature] = layer.drawing === "area" && map.getLayer(fill) ? map.queryRenderedFeatures([x, y], { layers: [fill] }) : [];
    const picked = ofLayer(layer.id, String(feature?.properties["id"]));
    if (picked) return picked;
  }
  return null;
}

function areaAt(map: MapLibre, x: number, y: number, areas: readonly Area[], fine: number): Picked | null {
  const layer = map.getZoom() >= fine ? "kelurahan" : "city";
  if (!map.getLayer(layer)) return null;
  const [feature] = map.queryRenderedFeatures([x, y], { layers: [layer] });
  const area = areas.find(({ code }) => code === feature?.properties["code"]);
  return area ? { kind: "place", id: area.id, name: area.name } : null;
}
