/** The state of the screen, and the address that restores it. */
import type { Language } from "../api/types";
import { type Heat, heatText, readHeat, readShade, type Shade, shadeText } from "./shade";

export const PAGES = ["now", "events", "place", "time", "programme"] as const;
export type Page = (typeof PAGES)[number];
export type Theme = "dark" | "light";
export type Mode = "wall" | "desk" | "phone";
export const INCIDENT_FILTERS = ["open", "mine", "unowned", "quiet", "closed", "all"] as const;
export type IncidentFilter = (typeof INCIDENT_FILTERS)[number];

export interface MapView {
  zoom: number;
  lat: number;
  lon: number;
}

/** What the address bar holds. `null` stands for "as the city or the browser prefers". */
export interface Screen {
  /** Whose city: null is the server's own, another is a replay or another city. */
  tenant: string | null;
  page: Page;
  /** Entity that is selected: shown by Place, marked on the map. */
  id: string | null;
  /** Incident that is selected. */
  incident: string | null;
  /** What is open of the warnings, in the room of Events: see `warnings/warning-address.ts`. */
  warning: string | null;
  /** Layer whose list is open on Place. */
  list: string | null;
  /** Page of a service that is open on Place: `mobility/signals`. */
  service: string | null;
  /** What such a page, or a service's part of a place's page, keeps in the address of its own. */
  detail: string | null;
  /** Value whose drawer is open: `entity attribute`, or `tile id`. */
  value: string | null;
  /** Value of which it is asked why it is what it is: named as `value` is. */
  why: string | null;
  /** Part of the room of people and rights that is open. */
  people: string | null;
  layers: readonly string[] | null;
  filter: IncidentFilter;
  /** What the queue is narrowed to: `category:flood,priority:1`. */
  only: string | null;
  map: MapView | null;
  lang: Language | null;
  theme: Theme | null;
  mode: Mode | null;
  /** The moment of the past that is shown (ISO 8601); null is the present. */
  at: string | null;
  /** The past as known now, with what came late and what was corrected; null is as it was known then. */
  known: "now" | null;
  /** A second moment, to compare with. */
  with: string | null;
  /** On a phone: the map is up. */
  sheet: boolean;
  /** Width of the panel in rem. */
  panel: number | null;
  /** Figures of areas that shade the map, or are listed. */
  shade: Shade | null;
  /** What the heat of the map counts. */
  heat: Heat | null;
  /** The legend unfolded or folded by hand; else it is folded where the map is narrow. */
  legend: "open" | "folded" | null;
}

export const START: Screen = {
  tenant: null,
  page: "now",
  id: null,
  incident: null,
  warning: null,
  list: null,
  service: null,
  detail: null,
  value: null,
  why: null,
  people: null,
  layers: null,
  filter: "open",
  only: null,
  map: null,
  lang: null,
  theme: null,
  mode: null,
  at: null,
  known: null,
  with: null,
  sheet: false,
  panel: null,
  shade: null,
  heat: null,
  legend: null,
};

function oneOf<T extends string>(text: string | null, choices: readonly T[]): T | null {
  return choices.find((choice) => choice === text) ?? null;
}

function readMap(text: string | null): MapView | null {
  const [zoom, lat, lon] = (text ?? "").split("/").map(Number);
  if (zoom === undefined || lat === undefined || lon === undefined) return null;
  const sound = [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return sound && zoom >= 0 && zoom <= 24 ? { zoom, lat, lon } : null;
}

function readMoment(text: string | null): string | null {
  return text !== null && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}

function readPanel(text: string | null): number | null {
  const width = Number(text);
  return text && width >= 20 && width <= 60 ? width : null;
}

/** Reads the query part of an address; what it cannot read falls back to the start. */
export function parseAddress(search: string): Screen {
  const query = new URLSearchParams(search);
  const layers = query.get("layers");
  return {
    tenant: query.get("tenant"),
    page: oneOf(query.get("page"), PAGES) ?? "now",
    id: query.get("id"),
    incident: query.get("incident"),
    warning: query.get("warning"),
    list: query.get("list"),
    service: query.get("service"),
    detail: query.get("detail"),
    value: query.get("value"),
    why: query.get("why"),
    people: query.get("people"),
    layers: layers === null ? null : layers.split(",").filter(Boolean),
    filter: oneOf(query.get("filter"), INCIDENT_FILTERS) ?? "open",
    only: query.get("only"),
    map: readMap(query.get("map")),
    lang: oneOf(query.get("lang"), ["id", "en", "ja"]),
    theme: oneOf(query.get("theme"), ["dark", "light"]),
    mode: oneOf(query.get("mode"), ["wall", "desk", "phone"]),
    at: readMoment(query.get("at")),
    known: oneOf(query.get("known"), ["now"]),
    with: readMoment(query.get("with")),
    sheet: query.get("sheet") === "map",
    panel: readPanel(query.get("panel")),
    shade: readShade(query.get("shade")),
    heat: readHeat(query.get("heat")),
    legend: oneOf(query.get("legend"), ["open", "folded"]),
  };
}

function mapText({ zoom, lat, lon }: MapView): string {
  return `${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`;
}

/** Writes the address of a screen; what stands at its start is left out, so that addresses stay short. */
export function formatAddress(screen: Screen): string {
  const parts: [string, string | null][] = [
    ["tenant", screen.tenant],
    ["page", screen.page === "now" ? null : screen.page],
    ["id", screen.id],
    ["incident", screen.incident],
    ["warning", screen.warning],
    ["list", screen.list],
    ["service", screen.service],
    ["detail", screen.detail],
    ["value", screen.value],
    ["why", screen.why],
    ["people", screen.people],
    ["layers", screen.layers === null ? null : screen.layers.join(",")],
    ["filter", screen.filter === "open" ? null : screen.filter],
    ["only", screen.only],
    ["map", screen.map && mapText(screen.map)],
    ["lang", screen.lang],
    ["theme", screen.theme],
    ["mode", screen.mode],
    ["at", screen.at],
    ["known", screen.known],
    ["with", screen.with],
    ["sheet", screen.sheet ? "map" : null],
    ["panel", screen.panel === null ? null : String(screen.panel)],
    ["shade", screen.shade && shadeText(screen.shade)],
    ["heat", screen.heat && heatText(screen.heat)],
    ["legend", screen.legend],
  ];
  const given = parts.filter((part): part is [string, string] => part[1] !== null);
  if (given.length === 0) return "/";
  return `/?${given.map(([key, value]) => `${key}=${readable(value)}`).join("&")}`;
}

function readable(value: string): string {
  return encodeURIComponent(value).replace(/%(3A|2F|2C|40)/g, (coded) => decodeURIComponent(coded));
}
