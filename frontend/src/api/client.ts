/** Every request of the console to its own server; an error answer becomes a `Problem`. */
import type { Alike } from "./incident-types";
import type { LineageNode } from "./lineage-types";
import type { Moment } from "./moment";
import type { LiveSource, LiveSources } from "./source-types";
import { Problem } from "./problem";
import { ofTenant, tenant } from "./tenant";
import type { Entered, EntryFault, EntryForm } from "./entry";
import type { Recording, Replay, ReplayAct, ReplayWish } from "./replay-types";
import type {
  Area,
  AreaFigures,
  City,
  CitySystem,
  History,
  Incident,
  IncidentAct,
  IncidentWithActs,
  Operations,
  OperatorFigures,
  ProposedPriority,
  LayerTable,
  Now,
  Place,
  Found,
  Session,
  Standing,
  Text,
  Timeline,
} from "./types";

export { Problem } from "./problem";

const ROOT = "/pinisi/v1";

export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await answerOf(path, init);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** The answer as it came, where it went well. */
export async function answerOf(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(ofTenant(`${ROOT}/${path}`), { credentials: "same-origin", ...init }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem(0, "", "");
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as ProblemDocument;
  const reasons = problem.command?.reasons;
  throw new Problem(answer.status, problem.title ?? answer.statusText, problem.detail ?? "", problem.errors, reasons);
}

/** A request to the standard's own interface, of which only the success matters; `path` is a whole one. */
export async function ngsi(method: string, path: string, body?: unknown): Promise<void> {
  await ngsiAnswer(method, path, body);
}

/** The answer of the standard's own interface as it came, where it went well. */
export async function ngsiAnswer(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Response> {
  const headers: Record<string, string> = { ...more, ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  if (tenant !== null) headers["NGSILD-Tenant"] = tenant;
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(path, init).catch(() => {
    throw new Problem(0, "", "");
  });
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as ProblemDocument;
  throw new Problem(answer.status, problem.title ?? answer.statusText, problem.detail ?? problem.description ?? "");
}

interface ProblemDocument {
  description?: string;
  title?: string;
  detail?: string;
  errors?: EntryFault[];
  command?: { reasons: Text[] };
}

export function send<T>(path: string, body: unknown): Promise<T> {
  return sendWith<T>(path, body, {});
}

export function sendWith<T>(path: string, body: unknown, headers: Record<string, string>): Promise<T> {
  const init = { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
  return ask<T>(path, init);
}

function query(parameters: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  return new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
}

/** The same address at a moment of the past. */
function then(path: string, moment: Moment | null): string {
  if (moment === null) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${query({ at: moment.at, known: moment.known })}`;
}

/** A history as far as a moment; what is true at that very moment belongs to it. */
function until(moment: Moment | null): Record<string, string> {
  if (moment === null) return {};
  const to = new Date(Date.parse(moment.at) + 1).toISOString();
  return { to, ...(moment.known === "then" ? { known: new Date(moment.at).toISOString() } : {}) };
}

/** The address of a file with what the screen shows. */
export function exportAddress(what: Record<string, string>, format: string, moment: Moment | null): string {
  return ofTenant(`${ROOT}/export?${query({ ...what, format, at: moment?.at, known: moment?.known })}`);
}

export const api = {
  /** `zoom`: lines no finer than they are seen there. */
  shapes: (id: string, moment: Moment | null = null, zoom: number | null = null) =>
    ask<GeoJSON.FeatureCollection>(then(`layers/${encodeURIComponent(id)}/shapes${zoom === null ? "" : `?zoom=${zoom}`}`, moment)),
  session: () => ask<Session>("session"),
  login: (account: string, password: string, chosen: string | null = null) =>
    send<unknown>("login", chosen === null ? { account, password } : { account, password, new: chosen }),
  /** `leave`: where a session at a provider of accounts is ended too. */
  logout: () => send<{ leave: string } | undefined>("logout", {}),
  providers: () => ask<{ providers: { id: string; name: Text }[] }>("sign-in").then((answer) => answer.providers),
  city: () => ask<City>("city"),
  now: (moment: Moment | null = null) => ask<Now>(then("now", moment)),
  areaFigures: (asked: Record<string, string | null>, signal: AbortSignal, moment: Moment | null = null) =>
    ask<AreaFigures>(then(`areas/values?${query(asked)}`, moment), { signal }),
  areas: () => ask<{ areas: Area[] }>("areas").then((answer) => answer.areas),
  layer: (id: string, moment: Moment | null = null) => ask<LayerTable>(then(`layers/${encodeURIComponent(id)}`, moment)),
  place: (id: string, signal?: AbortSignal, moment: Moment | null = null) =>
    ask<Place>(then(`places/${encodeURIComponent(id)}`, moment), signal ? { signal } : {}),
  history: (entity: string, attribute: string, moment: Moment | null = null, from?: string) =>
    ask<History>(`history?${query({ entity, attribute, from, ...until(moment) })}`),
  why: (entity: string, attribute: string, dataset: string | null, moment: Moment | null) =>
    ask<LineageNode>(then(`entities/${encodeURIComponent(entity)}/lineage?${query({ attribute, dataset })}`, moment)),
  whyIndicator: (id: string, moment: Moment | null) =>
    ask<LineageNode>(then(`indicators/${encodeURIComponent(id)}/lineage`, moment)),
  timeline: (known: Moment["known"], from: string | null, to: string | null, buckets: number) =>
    ask<Timeline>(`timeline?${query({ known, from, to, buckets })}`),
  search: (q: string, signal: AbortSignal) =>
    ask<{ results: Found[] }>(`search?${query({ q, limit: 8 })}`, { signal }).then((answer) => answer.results),
  /** Entities of some types, also unnamed ones; without words the first of them. */
  searchOf: (q: string, types: readonly string[], signal: AbortSignal) =>
    ask<{ results: Found[] }>(`search?${query({ q, limit: 8, type: types.join(",") })}`, { signal }).then((answer) => answer.results),
  indicators: (moment: Moment | null = null) =>
    ask<{ indicators: Standing[] }>(then("indicators", moment)).then((answer) => answer.indicators),
  systems: (moment: Moment | null = null) =>
    ask<{ systems: CitySystem[] }>(then("systems", moment)).then((answer) => answer.systems),
  /** All open ones up to a bound, page by page; of the closed the newest. */
  incidents: async (state: "open" | "closed" | "all", moment: Moment | null = null): Promise<Incident[]> => {
    const found: Incident[] = [];
    for (let page = 0; page < (state === "open" ? 15 : 1); page += 1) {
      const asked = query({ state, limit: 200, offset: found.length });
      const { incidents, count } = await ask<{ incidents: Incident[]; count: number }>(then(`incidents?${asked}`, moment));
      found.push(...incidents);
      if (!incidents.length || found.length >= count) break;
    }
    return found;
  },
  operations: () => ask<Operations>("operations"),
  proposedPriority: (id: string, asked: { category: string; subcategory: string; injured: number }) =>
    ask<ProposedPriority>(`incidents/${encodeURIComponent(id)}/priority?${query(asked)}`),
  operatorFigures: (hours: number) => ask<OperatorFigures>(`operators?${query({ hours })}`),
  merge: (id: string, into: string) => send<Incident>(`incidents/${encodeURIComponent(id)}/merge`, { into }),
  alike: () => ask<{ suggestions: Alike[] }>("incidents/alike"),
  keepApart: (id: string, of: string) => send<void>(`incidents/${encodeURIComponent(id)}/apart`, { of }),
  unmerge: (id: string, reason: string) => send<Incident>(`incidents/${encodeURIComponent(id)}/unmerge`, { reason }),
  incident: (id: string, moment: Moment | null = null) =>
    ask<IncidentWithActs>(then(`incidents/${encodeURIComponent(id)}`, moment)),
  form: (type: string, entity: string | null) =>
    ask<EntryForm>(`forms/${encodeURIComponent(type)}?${query({ entity })}`),
  enter: (id: string, body: object) => send<Entered>(`places/${encodeURIComponent(id)}/values`, body),
  make: (body: object) => send<Entered>("places", body),
  undo: (id: string, attribute: string) => send<Entered>(`places/${encodeURIComponent(id)}/undo`, { attribute }),
  act: (id: string, act: IncidentAct) => send<Incident>(`incidents/${encodeURIComponent(id)}/acts`, act),
  recordings: () => ask<{ recordings: Recording[] }>("recordings").then((answer) => answer.recordings),
  replays: () => ask<{ replays: Replay[] }>("replays").then((answer) => answer.replays),
  replay: (id: string) => ask<Replay>(`replays/${encodeURIComponent(id)}`),
  startReplay: (wish: ReplayWish) => send<Replay>("replays", wish),
  steerReplay: (id: string, act: ReplayAct) => send<Replay>(`replays/${encodeURIComponent(id)}`, act),
  sources: () => ask<LiveSources>("sources"),
  switchSource: (id: string, on: boolean) => send<LiveSource>(`sources/${encodeURIComponent(id)}`, { on }),
  raise: (incident: object) => send<Incident>("incidents", incident),
};
