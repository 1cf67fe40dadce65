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

/** How far the forecasts of the network have been from what came. */
export interface NetworkMissed {
  entity: string;
  roads: Value | null;
  errorAt15: Value | null;
  errorAt60: Value | null;
  lastSpeedErrorAt15: Value | null;
  lastSpeedErrorAt60: Value | null;
  intervalHeld: Value | null;
  comparedDays: Value | null;
  basis: Value | null;
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
  missed: NetworkMissed | null;
}

/** The numbers of the forecast's error, in the order in which they are read. */
export function missedValues(missed: NetworkMissed | null): Value[] {
  if (missed === null) return [];
  const { errorAt15, lastSpeedErrorAt15, errorAt60, lastSpeedErrorAt60, intervalHeld, roads, comparedDays, basis } = missed;
  const all = [errorAt15, lastSpeedErrorAt15, errorAt60, lastSpeedErrorAt60, intervalHeld, roads, comparedDays, basis];
  return all.filter((value) => value !== null);
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
  return [congested, judged, known, closed, ...network.owners, ...missedValues(network.missed), ...rows].filter((value) => value !== null);
}
