/** People over HTTP: accounts, tokens, sessions, the audit trail. */
import { ask, send } from "./client";
import type { Language } from "./types";

export interface Assignment {
  role: string;
  tenants?: string[];
  types?: string[];
  areas?: string[];
  attributes?: string[];
  write?: boolean;
}

export interface Identity {
  issuer: string;
  subject?: string;
  email?: string;
  mapped?: boolean;
}

export interface Account {
  id: string;
  name: string;
  roles: string[];
  assignments: Assignment[];
  hasPassword: boolean;
  oneTime: boolean;
  identity: Identity | null;
  disabled: boolean;
  createdAt: string;
  changedAt: string;
}

export interface AccountWish {
  account: string;
  name: string;
  assignments: Assignment[];
  password?: string;
  oneTime?: boolean;
  identity?: Identity;
}

export interface AccountChange {
  assignments?: Assignment[];
  password?: string;
  oneTime?: boolean;
  identity?: Identity | null;
  disabled?: boolean;
}

export interface OpenSession {
  id: string;
  account: string;
  address: string;
  provider: string;
  madeAt: string;
  seenAt: string;
  endsAt: string;
  current: boolean;
}

export interface Token {
  id: string;
  owner: string;
  label: string;
  permissions: string[];
  state: "valid" | "expired" | "revoked";
  expiresAt: string;
  usedAt: string | null;
}

export interface TrailLine {
  position: number;
  time: string;
  act: string;
  subject: string;
  byName: string;
  detail: Record<string, unknown>;
}

export interface TrailPage {
  lines: TrailLine[];
  next: number | null;
}

export interface Verified {
  through: number;
  lines: number;
  sealed: number;
  at: string;
  byName: string;
  findings: string[];
}

export interface Checkpoints {
  position: number;
  keys: string[];
  checkpoints: string[];
  verified: Verified | null;
}

export interface Provider {
  id: string;
  name: Record<Language, string>;
  issuer: string;
  groups: boolean;
}

export type Trail = "city" | "people";

const named = (id: string) => encodeURIComponent(id);
const change = <T>(path: string, body: unknown) =>
  ask<T>(path, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const people = {
  accounts: () => ask<{ accounts: Account[] }>("accounts").then((answer) => answer.accounts),
  make: (wish: AccountWish) => send<Account>("accounts", wish),
  change: (id: string, wish: AccountChange) => change<Account>(`accounts/${named(id)}`, wish),
  sessions: () => ask<{ sessions: OpenSession[] }>("sessions").then((answer) => answer.sessions),
  endSession: (id: string) => ask<undefined>(`sessions/${named(id)}`, { method: "DELETE" }),
  tokens: () => ask<{ tokens: Token[] }>("tokens").then((answer) => answer.tokens),
  makeToken: (wish: { label: string; permissions: string[]; days: number }) => send<Token & { token: string }>("tokens", wish),
  revoke: (id: string) => ask<undefined>(`tokens/${named(id)}`, { method: "DELETE" }),
  password: (password: string, chosen: string) => send<unknown>("password", { password, new: chosen }),
  trail: (of: Trail, filter: { act: string; before: number | null }) => {
    const asked = new URLSearchParams({ of, limit: "40", ...(filter.act && { act: filter.act }) });
    if (filter.before !== null) asked.set("before", String(filter.before));
    return ask<TrailPage>(`audit?${asked}`);
  },
  checkpoints: (of: Trail) => ask<Checkpoints>(`audit/checkpoints?of=${of}`),
  seal: (of: Trail) => send<Checkpoints>(`audit/checkpoints?of=${of}`, {}),
  verify: (of: Trail) => send<Verified>(`audit/verification?of=${of}`, {}),
  providers: () => ask<{ providers: Provider[] }>("sign-in").then((answer) => answer.providers),
};
