/** What the endpoints of public transport answer: `buses`, `headways`, `journeys`, `transit-stops`, `timetables/…/health`. */
import type { LonLat, Text, Value } from "../api/types";

export interface LineNow {
  entity: string;
  line: string;
  name: string;
  kind: string | null;
  timetable: string;
  planned: Value | null;
  departures: number | null;
  vehicles: Value;
  delay: Value | null;
  rank: number;
}

export interface AlertNow {
  entity: string;
  name: string;
  description: string | null;
  cause: Text | null;
  effect: Text | null;
  lines: string | null;
  stops: string | null;
  since: string | null;
  until: string | null;
  provider: string | null;
  at: string;
}

export interface TimetableNow {
  id: string;
  feed: string;
  name: string;
  lines: number | null;
  stops: number | null;
  trips: number | null;
  begin: string | null;
  end: string | null;
  over: boolean;
  approximate: Value | null;
  since: string | null;
  provider: string | null;
  fault: string;
}

export interface Buses {
  at: string;
  figures: readonly Value[];
  lines: readonly LineNow[];
  more: number;
  alerts: readonly AlertNow[];
  timetables: readonly TimetableNow[];
  notes: readonly Text[];
}

export interface StopHeadways {
  entity: string;
  name: string;
  metres: number;
  passed: number;
  headways: readonly number[];
  mean: number | null;
  variation: number | null;
  grade: string | null;
  bunched: number;
  gaps: number;
}

export interface VehicleBetween {
  entity: string;
  name: string;
  metres: number;
  at: string;
  ahead: number | null;
  behind: number | null;
  standing: "even" | "bunched" | "gap" | null;
}

export interface Direction {
  towards: string;
  metres: number;
  expected: number | null;
  expectedBy: "timetable" | "seen" | "nothing";
  stops: readonly StopHeadways[];
  vehicles: readonly VehicleBetween[];
  advice: readonly { vehicle: string; vehicleName: string; stop: string; stopName: string; seconds: number; text: Text }[];
}

export interface Headways {
  route: string;
  line: string;
  at: string;
  minutes: number;
  method: "modelled" | "simulated" | "replayed";
  directions: readonly Direction[];
  notes: readonly Text[];
}

export interface StopFound {
  entity: string;
  name: string;
  timetable: string;
  at: LonLat;
}

export interface Halt {
  name: string | null;
  entity: string | null;
  at: LonLat;
}

export interface Leg {
  kind: "ride" | "walk";
  origin: Halt;
  goal: Halt;
  depart: string;
  arrive: string;
  seconds: number;
  way: readonly LonLat[];
  line: string | null;
  headsign: string | null;
  route: string | null;
  stops: number | null;
  headway: number | null;
  approximate: boolean;
  departBy: TimesBy;
  arriveBy: TimesBy;
  plannedDepart: string | null;
  plannedArrive: string | null;
  /** When the live word was true. */
  asOf: string | null;
}

export type TimesBy = "live" | "planned" | "approximate";

export interface Journey {
  depart: string;
  arrive: string;
  seconds: number;
  changes: number;
  walkSeconds: number;
  approximate: boolean;
  legs: readonly Leg[];
}

export interface Journeys {
  timetable: { id: string; name: string; begin: string; end: string; since: string; approximate: number } | null;
  journeys: readonly Journey[];
  walkSeconds: number | null;
  method: "modelled";
  at: string;
  notes: readonly Text[];
}

export interface FaultKind {
  code: string;
  severity: "error" | "warning" | "info";
  before: number;
  after: number;
  first: string;
  reason: string;
  mends: readonly { act: "repaired" | "assumed" | "removed"; file: string; count: number; how: string; example: string }[];
  left: string;
}

export interface Health {
  feed: string;
  digest: string;
  day: string;
  errors: number;
  errorsAfter: number;
  warnings: number;
  bytes: number;
  kinds: readonly FaultKind[];
}

/** Every number that is on the page, for the drawer. */
export function valuesOf({ figures, lines, timetables }: Buses): Value[] {
  const rows = lines.flatMap(({ planned, vehicles, delay }) => [planned, vehicles, delay]);
  return [...figures, ...rows, ...timetables.map(({ approximate }) => approximate)].filter((value) => value !== null);
}
