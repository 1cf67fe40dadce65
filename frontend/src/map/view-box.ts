/** Which part of the world a map shows, and how much lies in it. */
import type { Bounds, LonLat } from "../api/types";
import type { Row } from "../live/table";

export function contains([west, south, east, north]: Bounds, [lon, lat]: LonLat): boolean {
  return lon >= west && lon <= east && lat >= south && lat <= north;
}

export function countInView(rows: Iterable<Row>, view: Bounds): number {
  let count = 0;
  for (const { at } of rows) if (at && contains(view, at)) count += 1;
  return count;
}

export function centre([west, south, east, north]: Bounds): LonLat {
  return [(west + east) / 2, (south + north) / 2];
}
