/** What `GET /services/mobility/network` answers. */
import type { Value } from "../api/types";

export interface Ahead {
  minutes: number;
  at: string;
  value: number;
  low: number;
  high: number;
}

export interface RoadForecast {
  entity: string;
  origin: string;
  ahead: readonly Ahead[];
  errorAt15: Value | null;
  errorAt60: Value | null;
  lastSpeedErrorAt60: Value | null;
  intervalHeld: Value | null;
}

export interface RoadRow {
  id: string;
  name: string;
  segment: string | null;
  state: string;
  speedNow: Value | null;
  speedShare: Value | null;
  freeSpeed: Value | null;
  travelTimeIndex: Value | null;
  planningTimeIndex: Value | null;
  bufferIndex: Value | null;
  forecast: RoadForecast | null;
}

export interface OnRoads {
  id: string;
  name: string;
  what: string | null;
  since: string | null;
  until: string | null;
  saidBy: string | null;
  owner: string | null;
}

export interface Network {
  at: string;
  vehicle: string;
  vehicles: readonly string[];
  rule: { below: number; minutes: number; written: boolean };
  congested: Value | null;
  judged: Value | null;
  known: Value | null;
  closed: Value | null;
  roads: readonly RoadRow[];
  more: number;
  closures: readonly OnRoads[];
  moreClosures: number;
  incidents: readonly OnRoads[];
  owners: readonly Value[];
}

/** Every number that is on the page, for the drawer. */
export function valuesOf(network: Network): Value[] {
  const { congested, judged, known, closed } = network;
  const rows = network.roads.flatMap((row) => [
    row.speedNow,
    row.speedShare,
    row.travelTimeIndex,
    row.planningTimeIndex,
    row.bufferIndex,
    row.forecast?.errorAt60 ?? null,
  ]);
  return [congested, judged, known, closed, ...network.owners, ...rows].filter((value) => value !== null);
}
