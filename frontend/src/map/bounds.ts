/** The box around ground, or around lines. */
import type { Geometry, LineString, MultiLineString, MultiPolygon, Polygon, Position } from "geojson";
import type { Bounds } from "../api/types";

/** Null of a point. */
export function boundsOf(ground: Polygon | MultiPolygon | LineString | MultiLineString): Bounds;
export function boundsOf(ground: Geometry): Bounds | null;
export function boundsOf(ground: Geometry): Bounds | null {
  const corners = cornersOf(ground);
  if (corners === null) return null;
  const [lons, lats] = [corners.map(([lon = 0]) => lon), corners.map(([, lat = 0]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function cornersOf(ground: Geometry): Position[] | null {
  switch (ground.type) {
    case "LineString":
      return ground.coordinates;
    case "MultiLineString":
    case "Polygon":
      return ground.coordinates.flat(1);
    case "MultiPolygon":
      return ground.coordinates.flat(2);
    default:
      return null;
  }
}
