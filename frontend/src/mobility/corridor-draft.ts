/** Corridors while somebody draws them: what the endpoint keeps, and changes that leave what is there as it is. */
import type { LonLat } from "../api/types";

export type Days = "all" | "weekdays" | "weekend" | "saturday" | "sunday";
export const DAYS: readonly Days[] = ["all", "weekdays", "weekend", "saturday", "sunday"];

export interface DraftStop {
  name: string;
  lat: number | null;
  lon: number | null;
  minutes?: number | null;
}

export interface DraftHeadway {
  from: string;
  to: string;
  minutes: number | null;
  days: Days;
}

export interface DraftCorridor {
  code: string;
  name: string;
  stops: readonly DraftStop[];
  headways: readonly DraftHeadway[];
  source: string;
  kind: "bus" | "minibus";
  speed?: number | null;
  hail_and_ride: boolean;
  both_ways: boolean;
  fare?: number | null;
  color?: string;
}

export interface DraftList {
  operator: { name: string; url: string; time_zone: string; language?: string; currency?: string };
  begin: string;
  end: string;
  corridors: readonly DraftCorridor[];
  example?: boolean;
}

export interface CorridorsKept {
  feed: string;
  version: string;
  list: DraftList | null;
  timetable: string | null;
  lines: number;
  stops: number;
  errors: number;
  faults: readonly { code: string; severity: string; count: number; first: string }[];
}

const SAME_METRES = 150;
const METRES = 111_195;

export function newList(zone: string, year: number): DraftList {
  return { operator: { name: "", url: "https://", time_zone: zone }, begin: `${year}-01-01`, end: `${year + 1}-12-31`, corridors: [] };
}

/** With a code that no other has, twenty kilometres an hour, every day of a usual service: to be written over. */
export function newCorridor(list: DraftList): DraftCorridor {
  const codes = new Set(list.corridors.map(({ code }) => code));
  let number = list.corridors.length + 1;
  while (codes.has(`K${number}`)) number += 1;
  return {
    code: `K${number}`,
    name: "",
    stops: [],
    headways: [{ from: "06:00", to: "20:00", minutes: 15, days: "all" }],
    source: "",
    kind: "bus",
    speed: 18,
    hail_and_ride: false,
    both_ways: true,
  };
}

/** A stop where somebody clicked: a known one that is near, by its name and place, else a new one. */
export function stopAt(list: DraftList, [lon, lat]: LonLat, otherwise: string): DraftStop {
  const there = list.corridors.flatMap(({ stops }) => stops);
  const near = there.find((stop) => stop.lat !== null && stop.lon !== null && metres([stop.lon, stop.lat], [lon, lat]) <= SAME_METRES);
  if (near) return { name: near.name, lat: near.lat, lon: near.lon };
  return { name: otherwise, lat: round(lat), lon: round(lon) };
}

export function moved<T>(all: readonly T[], from: number, to: number): T[] {
  const rest = all.filter((_, place) => place !== from);
  const thing = all[from];
  if (thing === undefined || to < 0 || to > rest.length) return [...all];
  return [...rest.slice(0, to), thing, ...rest.slice(to)];
}

export function changed<T>(all: readonly T[], at: number, change: Partial<T>): T[] {
  return all.map((each, place) => (place === at ? { ...each, ...change } : each));
}

/** The places of the stops that have one, for the map. */
export function wayOf({ stops }: DraftCorridor): LonLat[] {
  return stops.flatMap(({ lat, lon }): LonLat[] => (lat === null || lon === null ? [] : [[lon, lat]]));
}

/** What is sent: without fields that nobody filled in, so that the server names those that are needed. */
export function sent(list: DraftList): unknown {
  return JSON.parse(JSON.stringify(list, (_, value: unknown) => (value === null ? undefined : value)));
}

function metres([lon, lat]: LonLat, [otherLon, otherLat]: LonLat): number {
  const east = Math.cos((lat * Math.PI) / 180);
  return Math.hypot((lon - otherLon) * east, lat - otherLat) * METRES;
}

function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}
