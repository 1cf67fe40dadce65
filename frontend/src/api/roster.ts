/** The roster, its imports, who is a crew, and field phones. */
import { ask, send } from "./client";
import type { Roster, Unit } from "./dispatch";
import type { LonLat, Text } from "./types";

export interface UnitWish {
  name: string;
  agency: string;
  capabilities: string[];
  base: LonLat;
  exercise: boolean;
}

export interface RosterBook extends Roster {
  units: (Unit & { outOfService: string | null })[];
  offReasons: { code: string; name: Text }[];
}

export interface RowFault {
  row: number;
  field: string;
  reason: string;
}

export interface Preview {
  faults: RowFault[];
  changes: { code: string; name: string; change: "new" | "changed" | "same"; fields: string[] }[];
}

export interface Member {
  account: string;
  name: string;
  gone: boolean;
  agency: string;
  unit: string | null;
  invitable: boolean;
  invitedUntil: string | null;
}

export interface Members {
  members: Member[];
  unbound: { account: string; name: string }[];
}

export interface Phones {
  phones: { uid: string; unit: string | null; verdict: string | null; heardAt: string | null; heard: number; taken: number }[];
  link: { open: boolean; tls: boolean; lines: number; reason: string | null; unreadable: number };
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});
const unit = (id: string) => `units/${encodeURIComponent(id)}`;
const member = (account: string) => `crew/members/${encodeURIComponent(account)}`;
const phone = (uid: string) => `field-phones/${encodeURIComponent(uid)}`;

export const roster = {
  book: () => ask<RosterBook>("units"),
  enter: (code: string, wish: UnitWish) => send<Unit>("units", { code, ...wish }),
  change: (id: string, wish: UnitWish) => ask<Unit>(unit(id), json("PUT", wish)),
  strike: (id: string) => ask<void>(unit(id), { method: "DELETE" }),
  state: (id: string, state: "free" | "off", reason = "") => send<Unit>(`${unit(id)}/state`, { state, reason }),
  preview: (text: string) => send<Preview>("units/import", { text, preview: true }),
  load: (text: string) => send<{ units: number }>("units/import", { text }),
  members: () => ask<Members>("crew/members"),
  appoint: (account: string, agency: string, of: string) => ask<unknown>(member(account), json("PUT", { agency, unit: of })),
  dismiss: (account: string) => ask<void>(member(account), { method: "DELETE" }),
  invite: (account: string) => send<{ path: string; expiresAt: string }>("crew/invitations", { account }),
  phones: () => ask<Phones>("field-phones"),
  bind: (uid: string, of: string) => ask<unknown>(phone(uid), json("PUT", { unit: of })),
  unbind: (uid: string) => ask<void>(phone(uid), { method: "DELETE" }),
};
