/** The shapes of `/pinisi/v1`, as docs/reference/console-api.md states them. */
import type { Incident } from "./incident-types";

export type {
  Act,
  ActName,
  Category,
  Channel,
  ClockName,
  Incident,
  IncidentAct,
  IncidentClock,
  IncidentState,
  IncidentWithActs,
  Operations,
  OperatorFigures,
  ProposedPriority,
  Sent,
  Severity,
  Share,
} from "./incident-types";
import type { Geometry } from "geojson";
import type { Ailing } from "./source-types";
import type { Panel } from "./views";
import type { CapSeverity } from "./warning-types";

export type Language = "id" | "en" | "ja";
export type Text = Partial<Record<Language, string>>;
export type LonLat = [number, number];
export type Bounds = [west: number, south: number, east: number, north: number];

export type Method = "measured" | "reported" | "modelled" | "forecast" | "simulated" | "replayed";
export type Freshness = "fresh" | "late" | "dead" | "undated";

export interface Flag {
  code: string;
  text: Text | string;
}

/** A moment of a course; `low` and `high`: between what it lies, where that is told. */
export interface CoursePoint {
  at: string;
  value: number | null;
  low?: number | null;
  high?: number | null;
}

export interface Value {
  label: Text;
  value: number | string | boolean | null;
  /** What a code word means, for people. */
  valueText?: Text | null;
  unit: string | null;
  unitText: Text | null;
  method: Method | null;
  /** Methods and source cards of all inputs of a computed number. */
  methods?: Method[];
  providers?: string[];
  /** How many inputs it rests upon, and how many had no figure that fits. */
  n?: number | null;
  missing?: number | null;
  /** What the writer added. */
  note?: string | null;
  derived: Text | null;
  provider: string | null;
  writtenBy: string | null;
  observedAt: string | null;
  receivedAt: string | null;
  period: string | null;
  state: Freshness;
  ageDays: number | null;
  /** Seconds between two values of its source, when that is a live one. */
  updatePeriod?: number | null;
  /** Cards of sources that do not deliver, and that it would rest upon if they did. */
  ailing?: string[];
  flags: Flag[];
  entity: string | null;
  attribute: string | null;
  datasetId: string | null;
  /** How it goes over time, where the attribute tells that instead of one value. */
  course?: CoursePoint[] | null;
}

export interface Tile extends Value {
  id: string;
  of?: number | null;
  /** That brings it; null of the city's own. */
  service?: string | null;
}

/** The time that a tenant lives in; `speed`: its seconds in one of ours. */
export interface Clock {
  mode: "live" | "replayed" | "paused";
  now: string;
  method: "replayed" | "simulated" | "exercise" | null;
  speed: number;
}

export interface Session {
  principal: { id: string; name: string; kind: string; roles: string[] };
  permissions: string[];
  demo: boolean;
  tenant: string;
  tenants: string[];
  clock: Clock;
  version: string;
  position: number;
}

export type Shape = "square" | "circle" | "diamond" | "triangle" | "cross" | "ring" | "hexagon";

export interface Column {
  key: string;
  label: Text;
  unit: string | null;
  unitText: Text | null;
  /** What its code words mean. */
  texts: Record<string, Text>;
}

export interface Layer {
  id: string;
  title: Text;
  type: string;
  shape: Shape;
  hue: number;
  visible: boolean;
  labels: "always" | "zoom" | "never";
  minZoom: number;
  /** Its things move: the map draws their way, and how old a position is. */
  moving: boolean;
  drawing: "symbol" | "area" | "line";
  /** Values of the first column that are filled, from the lightest to the darkest. */
  classes: { value: string | number; text: Text }[];
  count: number;
  service: string | null;
  columns: Column[];
}

export interface Source {
  id: string;
  title: Text;
  publisher: string | null;
  year: string | number | null;
  licence: string | null;
  licenceNote: Text | string | null;
  url: string | null;
  retrieved: string | null;
  files: { name: string; rows: number | null }[];
  note: Text | null;
}

export interface City {
  id: string;
  name: string;
  title: Text;
  country: string;
  code: string;
  timeZone: string;
  timeZoneName: string;
  languages: Language[];
  view: { bounds: Bounds; minZoom: number; maxZoom: number };
  basemap: string | null;
  /** Whether the base map tells land from water. */
  land: boolean;
  /** Vector tiles of roads. */
  roads: string | null;
  /** Whom the map has to name. */
  credits: string[];
  layers: Layer[];
  sources: Source[];
  agencies: { id: string; name: Text | string }[];
}

export interface Stage {
  level: 1 | 2 | 3 | 4 | 5;
  word: Text;
  since: string;
  /** Null for the public. */
  setBy: string | null;
  reason: string;
}

export interface Now {
  position: number;
  stage: Stage | null;
  tiles: Tile[];
  alarms: Incident[];
  alarmCount: number;
  sources: { live: number; total: number };
  ailing?: Ailing[];
  /** What the city warns of; what waits only for those who see drafts. Null of the past. */
  warnings?: { inForce: number; severity: CapSeverity | null; drafts?: number; toReview?: number } | null;
  /** Of a moment of the past: it lies beyond raw retention. */
  condensed?: boolean;
}

export type Cell = string | number | boolean | null | (Flag | string)[];

export interface LayerTable {
  position: number;
  layer: string;
  columns: string[];
  rows: Cell[][];
}

export interface Area {
  id: string;
  code: string;
  name: string;
  level: "city" | "kecamatan" | "kelurahan" | "rw";
  parent: string | null;
  center: LonLat;
  bounds: Bounds;
}

export interface FigureClass {
  from: number;
  to: number;
  n: number;
}

export interface AreaFigure {
  id: string;
  code: string;
  name: string;
  parent: string | null;
  value: number | null;
  /** Things that it rests upon, and things in the area without a figure. */
  n: number;
  missing: number;
  class: number | null;
}

export interface AreaFigures {
  position: number;
  /** How the limits of its classes were found. */
  method: "quantile" | "natural";
  level: "kelurahan" | "kecamatan";
  title: Text;
  measure: "count" | "sum" | "mean" | "value";
  attribute: string | null;
  label: Text | null;
  unit: string | null;
  unitText: Text | null;
  per: "area" | "population" | null;
  n: number;
  missing: number;
  elsewhere: number;
  classes: FigureClass[];
  unknown: number;
  areas: AreaFigure[];
}

export interface Place {
  position: number;
  id: string;
  type: string;
  typeTitle: Text;
  name: string;
  areas: { id: string; name: string; level: string }[];
  location: Geometry | null;
  /** What a service shows of it first. */
  panel: Panel | null;
  facts: Value[];
  /** Attributes that the reader may correct. */
  editable: string[];
  sources: Source[];
  inside: { layer: string; title: Text; count: number }[];
  /** What tells of the same thing; with facts where one of them goes over time. */
  linked: { id: string; name: string; typeTitle: Text; facts: Value[] }[];
  nearby: { id: string; name: string; typeTitle: Text; distance: number }[];
  changed: { at: string; by: string } | null;
}

export type HistoryPoint = [
  observedAt: string,
  value: number | string | null,
  receivedAt: string,
  method: Method | null,
  by: string,
];
export type HistoryHour = [hour: string, n: number, min: number, mean: number, max: number];

export interface History {
  label: Text;
  unit: string | null;
  unitText: Text | null;
  points: HistoryPoint[];
  hourly: HistoryHour[];
}

/** How much changed when: `buckets` are equal parts of the time between `from` and `to`. */
export interface Timeline {
  from: string;
  to: string;
  begun: string | null;
  now: string;
  types: Record<string, Text>;
  buckets: Record<string, number>[];
  read: number;
  entities: number;
}

export interface Found {
  id: string;
  name: string;
  typeTitle: Text;
  area: string | null;
  layer: string | null;
  location: LonLat | null;
  score: number;
}

export interface Change {
  id: string;
  type: string;
  /** Layer -> the entity's row in it, by each layer's own columns. */
  rows: Record<string, Cell[]>;
  attributes: string[];
}

export type DecidedName = "agency" | "baseline" | "baselineYear" | "target" | "targetYear" | "direction";

/** An indicator as it stands; what nobody has decided is not there. */
export interface Standing {
  id: string;
  entity: string;
  group: string;
  label: Text;
  note: Text | null;
  divisible: boolean;
  value: Value;
  decided: Partial<Record<DecidedName, Value>>;
  gap: { value: number; reached: boolean } | null;
  trend: { points: [at: string, value: number, n: number | null][]; change: number | null; way: "up" | "down" | "level" | null };
}

export type SystemState = "connected" | "by-hand" | "planned" | "absent";

export interface CitySystem {
  id: string;
  name: Text;
  state: SystemState;
  facts: Partial<Record<"state" | "agency" | "interface" | "agreement" | "standard" | "gives" | "note", Value>>;
  source: { id: string; state: string } | null;
  lastMessage: string | null;
}

export type StreamMessage =
  | { event: "hello"; data: { position: number } }
  /** `drawn`: the position at which the rows were drawn, where it is not the one to resume from. */
  | { event: "changes"; data: { position: number; drawn?: number; entities: Change[] } }
  | { event: "incidents"; data: { position: number; incidents: Incident[] } }
  | { event: "reset"; data: { position: number } }
  | { event: "beat"; data: Clock & { position: number } };

