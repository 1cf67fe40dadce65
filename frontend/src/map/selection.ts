/** What is selected, and where it lies: an area, a row of a layer, or an incident. */
import type { Area, Bounds, Incident, Layer, LonLat } from "../api/types";
import { openPlace } from "../live/open-place";
import { store } from "../live/store";
import type { Row } from "../live/table";
import { boundsOf } from "./bounds";

export type Selection =
  | { kind: "area"; area: Area; bounds: Bounds }
  | { kind: "ground"; bounds: Bounds }
  | { kind: "row"; row: Row; layer: Layer; at: LonLat }
  | { kind: "incident"; incident: Incident; at: LonLat };

export function findSelection(id: string | null): Selection | null {
  if (!id) return null;
  const incident = store.incidents.get(id);
  if (incident?.location) return { kind: "incident", incident, at: incident.location };
  const area = store.areas.find((known) => known.id === id);
  if (area) return { kind: "area", area, bounds: area.bounds };
  return findRow(id) ?? fromOpenPlace(id);
}

function findRow(id: string): Selection | null {
  for (const layer of store.city?.layers ?? []) {
    const row = store.tables.get(layer.id)?.rows.get(id);
    if (row?.at) return { kind: "row", row, layer, at: row.at };
  }
  return null;
}

/** A place whose layer has not been read: its own picture tells where it is. */
function fromOpenPlace(id: string): Selection | null {
  const { place } = openPlace;
  const bounds = place?.id === id && place.location ? boundsOf(place.location) : null;
  if (bounds) return { kind: "ground", bounds };
  const layer = store.city?.layers.find(({ type }) => type === place?.type) ?? store.city?.layers[0];
  if (place?.id !== id || place.location?.type !== "Point" || !layer) return null;
  const at = place.location.coordinates.slice(0, 2) as LonLat;
  return { kind: "row", layer, at, row: { id, name: place.name, area: null, at, flags: [], source: null, cells: {} } };
}
