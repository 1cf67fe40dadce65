/** Warnings of the city and of others: drafted, checked, released, reviewed, ended. */
import { ask, send } from "./client";
import { ofTenant } from "./tenant";
import type { Language } from "./types";
import type { Proof, ReceivedWarning, Verdict, Warning, WarningTemplates, WarningWish } from "./warning-types";

const ROOT = "warnings";
const one = (id: string, more = "") => `${ROOT}/${encodeURIComponent(id)}${more}`;
const put = (wish: WarningWish) => ({ method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) });

export const warnings = {
  all: () => ask<{ warnings: Warning[] }>(`${ROOT}?limit=200`).then((answer) => answer.warnings),
  one: (id: string) => ask<Warning>(one(id)),
  received: () => ask<{ warnings: ReceivedWarning[] }>(`${ROOT}/received`).then((answer) => answer.warnings),
  templates: () => ask<WarningTemplates>(`${ROOT}/templates`),
  check: (wish: WarningWish) => send<Proof>(`${ROOT}/check`, wish),
  preview: (id: string) => ask<Proof>(one(id, "/preview")),
  draft: (wish: WarningWish) => send<Warning>(ROOT, wish),
  change: (id: string, wish: WarningWish) => ask<Warning>(one(id), put(wish)),
  act: (id: string, act: "withdraw" | "cancel", reason: string) => send<Warning>(one(id, "/acts"), { act, reason }),
  release: (id: string, alone: string) => send<Warning>(one(id, "/release"), { act: "release", alone }),
  review: (id: string, remark: string) => send<Warning>(one(id, "/review"), { remark }),
  judge: (message: string) =>
    ask<Verdict>(`${ROOT}/judge`, { method: "POST", headers: { "Content-Type": "application/xml" }, body: message }),
  /** Addresses for everybody. */
  page: (language: Language) => ofTenant(`/pinisi/v1/public/warnings?language=${language}`),
  message: (identifier: string) => ofTenant(`/pinisi/v1/public/warnings/${encodeURIComponent(identifier)}`),
  poster: (identifier: string, language: Language) =>
    ofTenant(`/pinisi/v1/public/warnings/${encodeURIComponent(identifier)}/poster?language=${language}`),
};
