/** Every request of the console to its own server; an error answer becomes a `Problem`. */
import { ofTenant } from "./tenant";
import type {
  Area,
  City,
  History,
  Incident,
  IncidentAct,
  IncidentWithActs,
  LayerTable,
  Now,
  Place,
  Found,
  Session,
} from "./types";

const ROOT = "/pinisi/v1";

/** An RFC 7807 problem document. `status` 0: the server did not answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(ofTenant(`${ROOT}/${path}`), { credentials: "same-origin", ...init }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem(0, "", "");
  });
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
  const problem = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  throw new Problem(answer.status, problem.title ?? answer.statusText, problem.detail ?? "");
}

function send<T>(path: string, body: unknown): Promise<T> {
  return ask<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

function query(parameters: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  return new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
}

export const api = {
  session: () => ask<Session>("session"),
  login: (account: string, password: string) => send<unknown>("login", { account, password }),
  logout: () => send<unknown>("logout", {}),
  city: () => ask<City>("city"),
  now: () => ask<Now>("now"),
  areas: () => ask<{ areas: Area[] }>("areas").then((answer) => answer.areas),
  layer: (id: string) => ask<LayerTable>(`layers/${encodeURIComponent(id)}`),
  place: (id: string, signal?: AbortSignal) =>
    ask<Place>(`places/${encodeURIComponent(id)}`, signal ? { signal } : {}),
  history: (entity: string, attribute: string, from?: string) => ask<History>(`history?${query({ entity, attribute, from })}`),
  search: (q: string, signal: AbortSignal) =>
    ask<{ results: Found[] }>(`search?${query({ q, limit: 8 })}`, { signal }).then((answer) => answer.results),
  incidents: (state: "open" | "closed" | "all", limit = 200) =>
    ask<{ incidents: Incident[] }>(`incidents?${query({ state, limit })}`).then((answer) => answer.incidents),
  incident: (id: string) => ask<IncidentWithActs>(`incidents/${encodeURIComponent(id)}`),
  act: (id: string, act: IncidentAct) => send<Incident>(`incidents/${encodeURIComponent(id)}/acts`, act),
  raise: (incident: object) => send<Incident>("incidents", incident),
};
