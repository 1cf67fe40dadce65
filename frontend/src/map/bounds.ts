/** The box around ground. */
import type { Geometry, MultiPolygon, Polygon } from "geojson";
import type { Bounds } from "../api/types";

/** Null of what is no ground. */
export function boundsOf(ground: Polygon | MultiPolygon): Bounds;
export function boundsOf(ground: Geometry): Bounds | null;
export function boundsOf(ground: Geometry): Bounds | null {
  if (ground.type !== "Polygon" && ground.type !== "MultiPolygon") return null;
  const corners = (ground.type === "Polygon" ? [ground.coordinates] : ground.coordinates).flat(2);
  const [lons, lats] = [corners.map(([lon = 0]) => lon), corners.map(([, lat = 0]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
