/** The broker as those see it who run it: subscriptions, deliveries, dead letters, context sources, @contexts, types. */
import { ask, ngsi, ngsiAnswer, send } from "./client";

export interface Overview {
  subscriptions: number;
  failing: number;
  paused: number;
  waiting: number;
  dead: number;
  sources: number | null;
  silentSources: number | null;
}

export interface Asks {
  types: string[];
  ids: string[];
  patterns: string[];
  watched: string[];
  triggers: string[];
  q: string | null;
  area: { georel?: string; geometry?: string; coordinates?: unknown } | null;
  scopes: string | null;
  csf: string | null;
  attributes: string[];
  every: number | null;
  throttling: number | null;
}

/** A copy of a subscription at another context source, which notifies us by it. */
export interface Copy {
  source: string;
  endpoint: string;
  state: "held" | "waiting" | "ending";
  since: string | null;
  failures: number;
  reason: string;
}

export interface Subscription {
  id: string;
  key: string;
  self: string;
  kind: "entities" | "registrations";
  language: "ngsi-ld" | "ngsi-v2";
  description: string | null;
  ownerName: string;
  mine: boolean;
  endpoint: string;
  receiver: string;
  asks: Asks;
  status: "active" | "paused" | "expired";
  failing: boolean;
  reason: string;
  timesSent: number;
  timesFailed: number;
  lastSuccess: string | null;
  lastFailure: string | null;
  expiresAt: string | null;
  waiting: number;
  oldest: string | null;
  nextTry: string | null;
  dead: number;
  copies: Copy[];
}

export interface Receiver {
  receiver: string;
  subscriptions: number;
  paused: number;
  failing: number;
  waiting: number;
  oldest: string | null;
  tried: number;
  nextTry: string | null;
  reason: string;
  lastSuccess: string | null;
  lastFailure: string | null;
  dead: number;
}

export interface Letter {
  subscription: string;
  position: number;
  entity: string;
  changedAt: string;
  attributes: string[];
  deleted: boolean;
  attempts: number;
  reason: string;
  receiver: string | null;
}

/** Which dead letters; what is empty asks nothing. */
export interface Chosen {
  subscription: string;
  receiver: string;
  since: string;
  until: string;
}

export interface LetterWish {
  act: "replay" | "discard";
  letters?: { subscription: string; position: number }[];
  subscription?: string;
  receiver?: string;
  since?: string;
  until?: string;
  reason?: string;
}

export interface Trial {
  taken: boolean;
  status: number;
  reason: string;
  milliseconds: number;
  entities: number;
}

export interface Holding {
  types: string[];
  ids: string[];
  patterns: string[];
  attributes: string[];
}

export interface ContextSource {
  id: string;
  name: string | null;
  endpoint: string;
  ownerName: string;
  ownerMay: boolean;
  language: "ngsi-ld" | "ngsi-v2";
  mode: "inclusive" | "exclusive" | "redirect" | "auxiliary";
  operations: string[];
  holds: Holding[];
  tenant: string | null;
  localOnly: boolean;
  expiresAt: string | null;
  timesSent: number;
  timesFailed: number;
  lastSuccess: string | null;
  lastFailure: string | null;
  failing: boolean;
  breaker: "closed" | "open" | "trying";
  againIn: number;
  fault: "" | "timeout" | "unreachable" | "cooldown" | "loop" | "invalid" | "refused";
  reason: string;
  timing: { answers: number; last: number; median: number; slowest: number } | null;
  mayChange: boolean;
}

export interface Partner {
  account: string;
  name: string;
  disabled: boolean;
  types: string[] | null;
  areas: string[] | null;
  attributes: string[] | null;
  writes: boolean;
  tokens: number;
  usedAt: string | null;
  subscriptions: number;
}

export interface StoredContext {
  id: string;
  url: string;
  kind: "Hosted" | "Cached" | "ImplicitlyCreated";
  source: string;
  size: number;
  createdAt: string;
  expiresAt: string | null;
  hits: number;
  lastUsed: string | null;
  ownerName: string;
  mayDelete: boolean;
  mayReload: boolean;
}

export interface EntityType {
  type: string;
  name: string;
  entities: number;
  attributes: string[];
}

/** An entity with bare values under the city's words; a name that has no word is an address. */
export interface BareEntity {
  id: string;
  modifiedAt: string;
  name?: unknown;
  [attribute: string]: unknown;
}

/** What the city's words mean. */
const WORDS = { Link: `</pinisi/v1/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"` };

/** A text as a pattern that finds it, written large or small. */
function pattern(text: string): string {
  return `(?i)${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`;
}

function given(wish: object): string {
  const parts = Object.entries(wish).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return new URLSearchParams(parts.map(([name, value]) => [name, String(value)])).toString();
}

function letterPath({ subscription, position }: Pick<Letter, "subscription" | "position">): string {
  return `dead-letters/${encodeURIComponent(subscription)}/${position}`;
}

export const broker = {
  overview: () => ask<Overview>("broker"),
  subscriptions: (state: string, q: string, offset: number) =>
    ask<{ count: number; subscriptions: Subscription[] }>(`broker/subscriptions?${given({ state, q, offset, limit: 50 })}`),
  receivers: () => ask<{ receivers: Receiver[] }>("broker/receivers").then((answer) => answer.receivers),
  letters: (chosen: Chosen, after: number) =>
    ask<{ letters: Letter[]; next: number | null }>(`dead-letters?${given({ ...chosen, after, limit: 50 })}`),
  letter: (letter: Letter) => ask<{ payload: unknown }>(letterPath(letter)).then((answer) => answer.payload),
  act: (wish: LetterWish) => send<{ done: number }>("dead-letters", wish).then((answer) => answer.done),
  tryOut: ({ key }: Subscription) => send<Trial>(`broker/subscriptions/${encodeURIComponent(key)}/trial`, {}),
  turn: ({ self, language }: Subscription, on: boolean) =>
    ngsi("PATCH", self, language === "ngsi-v2" ? { status: on ? "active" : "inactive" } : { isActive: on }),
  end: ({ self }: Subscription) => ngsi("DELETE", self),
  sources: () => ask<{ sources: ContextSource[]; partners: Partner[] | null }>("broker/sources"),
  endSource: ({ id }: ContextSource) => ngsi("DELETE", `/ngsi-ld/v1/csourceRegistrations/${encodeURIComponent(id)}`),
  contexts: () => ask<{ contexts: StoredContext[] }>("broker/contexts").then((answer) => answer.contexts),
  endContext: ({ id }: StoredContext, reload: boolean) =>
    ngsi("DELETE", `/ngsi-ld/v1/jsonldContexts/${encodeURIComponent(id)}${reload ? "?reload=true" : ""}`),
  /** Entities of a type that are held here, whose ids contain a text. */
  entities: async (type: string, text: string, offset: number) => {
    const asked = { type, idPattern: text && pattern(text), limit: 50, offset, count: true, local: true, format: "simplified", options: "sysAttrs" };
    const answer = await ngsiAnswer("GET", `/ngsi-ld/v1/entities?${given(asked)}`, undefined, WORDS);
    const count = Number(answer.headers.get("NGSILD-Results-Count"));
    return { count, entities: (await answer.json()) as BareEntity[] };
  },
  types: () => ask<{ entities: number; types: EntityType[] }>("broker/types"),
};

