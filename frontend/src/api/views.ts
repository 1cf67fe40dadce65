/** What services show: their tiles as numbers, sections of the report of a period, panels of places, pages of their own. */
import { ask } from "./client";
import type { LineageNode } from "./lineage-types";
import type { Moment } from "./moment";
import type { Text, Tile, Value } from "./types";

export interface Declared {
  id: string;
  service: string;
  title: Text;
}

export interface DeclaredSection extends Declared {
  serviceTitle: Text;
}

/** A component that a service brings: of things of a type, else a page of its own. */
export interface ServicePage extends Declared {
  component: string;
  type: string | null;
}

export interface Section {
  id: string;
  service: string;
  title: Text;
  note: Text | null;
  /** "2026-10" */
  period: string;
  /** The moment that tiles and last values are of; null is now. */
  asOf: string | null;
  tiles: Tile[];
  columns: { attribute: string; title: Text }[];
  rows: { entity: string; name: string; cells: Value[] }[];
  count: number;
  /** Some rows, or some of their values, are left out. */
  cut: boolean;
}

/** What the page of a thing shows first. */
export interface Panel {
  service: string;
  title: Text;
  attributes: string[];
  charts: { attribute: string; hours: number }[];
}

type Asked = Record<string, string | number | null>;

function query(asked: Asked, moment: Moment | null): string {
  const given = Object.entries({ ...asked, at: moment?.at ?? null, known: moment?.known ?? null });
  return new URLSearchParams(given.flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]]))).toString();
}

const path = (id: string) => `sections/${encodeURIComponent(id)}`;

export const views = {
  sections: () => ask<{ sections: DeclaredSection[] }>("views").then((answer) => answer.sections),
  pages: () => ask<{ pages: ServicePage[] }>("views").then((answer) => answer.pages),
  tiles: (moment: Moment | null) => ask<{ tiles: Tile[] }>(`tiles?${query({}, moment)}`).then((answer) => answer.tiles),
  section: (id: string, period: string | null, moment: Moment | null) => ask<Section>(`${path(id)}?${query({ period }, moment)}`),
  whyCell: (id: string, period: string, entity: string, column: number, moment: Moment | null) =>
    ask<LineageNode>(`${path(id)}/lineage?${query({ period, entity, column }, moment)}`),
  /** All sections of a service on paper; `period`: "last-week", "2026-10", or two days "2026-11-01/2026-11-07". */
  paper: (service: string, period: string, lang: string, moment: Moment | null) =>
    `/pinisi/v1/reports/${encodeURIComponent(service)}?${query({ period, lang }, moment)}`,
  csv: (id: string, period: string, lang: string, moment: Moment | null) =>
    `/pinisi/v1/${path(id)}?${query({ period, lang, format: "csv" }, moment)}`,
};
