/** What the heat of the map counts: points, how many, and the time that they span. */
import type { LonLat } from "../api/types";
import { isOpen } from "../live/incidents";
import { store } from "../live/store";
import { toldAt } from "../live/tracks";
import { EVENTS, type Heat } from "../screen/shade";
import { densest } from "./shade-layers";

export interface HeatPoints {
  key: string;
  points: LonLat[];
  /** So many points within the radius have the strongest colour. */
  most: number;
  /** First and last moment of what is counted, milliseconds; null where rows tell none. */
  span: [number, number] | null;
}

let kept: HeatPoints | null = null;

export function heatPoints(heat: Heat): HeatPoints {
  const key = `${heat.of} ${heat.radius} ${version(heat)}`;
  if (kept?.key === key) return kept;
  const { points, times } = heat.of === EVENTS ? ofEvents() : ofLayer(heat.of);
  const span: [number, number] | null = times.length ? [least(times), -least(times.map((time) => -time))] : null;
  kept = { key, points, span, most: densest(points, heat.radius) };
  return kept;
}

function version({ of }: Heat): string {
  if (of !== EVENTS) return `${store.tables.get(of)?.version} ${store.generation}`;
  return [...store.incidents.values()].map(({ id, state }) => `${id} ${state}`).join();
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Infinity);
}

function ofEvents() {
  const open = [...store.incidents.values()].filter((incident) => isOpen(incident) && incident.location);
  return { points: open.flatMap(({ location }) => (location ? [location] : [])), times: open.map(({ raisedAt }) => Date.parse(raisedAt)) };
}

function ofLayer(id: string) {
  const rows = [...(store.tables.get(id)?.rows.values() ?? [])].filter(({ at }) => at);
  const times = rows.map(toldAt).filter((time) => time !== null);
  return { points: rows.flatMap(({ at }) => (at ? [at] : [])), times };
}
