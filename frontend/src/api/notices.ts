/** Who is told outside of the room, what became of it, and who can be reached. */
import { ask, send } from "./client";
import type { Language, Text } from "./types";

export type DeliveryState = "waiting" | "sending" | "taken" | "dead";
export type NoticeState = "told" | "asks" | "answered" | "over" | "unheard" | "nobody";
export type NoticeChannel = "email" | "webhook" | "mqtt" | "apprise";

export interface Delivery {
  id: string;
  contact: string;
  channel: NoticeChannel;
  level: number;
  state: DeliveryState;
  due: string;
  attempts: number;
  triedAt: string | null;
  endedAt: string | null;
  answer: string | null;
  unsure: boolean;
  readAt: string | null;
}

export interface Notice {
  id: string;
  on: string;
  at: string;
  title: Text;
  incident: string | null;
  to: string[];
  exercise: boolean;
  state: NoticeState;
  acknowledgedAt: string | null;
  deliveries: Delivery[];
}

export interface NoticeBook {
  counts: Partial<Record<DeliveryState, number>>;
  ways: NoticeChannel[];
  notices: Notice[];
}

export interface Quiet {
  from: string;
  until: string;
  except: number;
}

export interface ContactWish {
  name: string;
  groups: string[];
  level: number;
  channel: NoticeChannel;
  address: string;
  language: Language;
  quiet: Quiet | null;
  exercises: boolean;
}

export interface Contact extends ContactWish {
  id: string;
}

export interface ContactBook {
  groups: string[];
  ways: NoticeChannel[];
  contacts: Contact[];
}

export const notices = {
  of: (incident: string) => ask<{ notices: Notice[] }>(`incidents/${encodeURIComponent(incident)}/notices`),
  givenUp: () => ask<NoticeBook>("notices?state=dead&limit=50"),
  /** For which nobody was listed, or nobody answered. */
  unheard: (state: "nobody" | "unheard") => ask<NoticeBook>(`notices?state=${state}&limit=20`),
  know: (notice: string) => send<Notice>(`notices/${encodeURIComponent(notice)}/acknowledge`, {}),
  again: (delivery: string) => send<Delivery>(`notices/deliveries/${encodeURIComponent(delivery)}/again`, {}),
  contacts: () => ask<ContactBook>("contacts"),
  list: (wish: ContactWish) => send<{ id: string; secret: string | null }>("contacts", wish),
  strike: (contact: string) => ask<void>(`contacts/${contact}`, { method: "DELETE" }),
  tryOut: (contact: string) => send<{ notice: string }>(`contacts/${contact}/test`, {}),
};
