/** Rows and incidents as GeoJSON that the map draws. */
import type { Incident, Layer, LonLat, Text } from "../api/types";
import type { Format } from "../format/format";
import type { Row } from "../live/table";
import type { Mark } from "./mover-deck";
import { rowFigure } from "./row-figure";
import { severityName, staleName, symbolName } from "./symbols";

type Points = GeoJSON.FeatureCollection<GeoJSON.Point>;

export const NOTHING: Points = { type: "FeatureCollection", features: [] };

function point(at: [number, number], properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature<GeoJSON.Point> {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: at } };
}

/** How a row looks besides what it holds: whether it is old (a position, or its source does not deliver), and how many stand at its place (of a stack's first). */
export interface RowLook {
  stale?: boolean;
  stack?: number;
}

/** A row as the map draws it, at the place where it is drawn. Null without a position. */
export function rowPoint(layer: Layer, row: Row, format: Format, at: LonLat | null = row.at, look: RowLook = {}): GeoJSON.Feature<GeoJSON.Point> | null {
  return at && point(at, { id: row.id, name: row.name, detail: rowFigure(layer, row, format), layer: layer.id, ...look });
}

export function incidentPoints(incidents: readonly Incident[], theme: string, say: (text: Text) => string): Points {
  return {
    type: "FeatureCollection",
    features: incidents.flatMap((incident) => {
      if (!incident.location) return [];
      const icon = severityName(theme, incident.severity, incident.state !== "unacknowledged");
      return [point(incident.location, { id: incident.id, name: say(incident.title), incident: true, icon })];
    }),
  };
}

/** The selected row, grown and with its name, above everything else. */
export function selectedPoint(layer: Layer, row: Row, theme: string, stale = false): Points {
  if (!row.at) return NOTHING;
  const icon = (stale ? staleName : symbolName)(theme, layer.shape, layer.hue, true);
  return { type: "FeatureCollection", features: [point(row.at, { id: row.id, name: row.name, icon, layer: layer.id })] };
}

export function selectedIncident(incident: Incident, theme: string, name: string): Points {
  if (!incident.location) return NOTHING;
  const icon = severityName(theme, incident.severity, incident.state !== "unacknowledged", true);
  return {
    type: "FeatureCollection",
    features: [point(incident.location, { id: incident.id, name, icon, incident: true })],
  };
}

/** An event or a selection, for whoever draws above what moves. */
export function readMark({ geometry, properties }: GeoJSON.Feature<GeoJSON.Point>): Mark {
  return { at: geometry.coordinates as LonLat, icon: String(properties?.["icon"]) };
}
