/** Calls to 112: who waits, the call in hand, what it was about. */
import { ask, send } from "./client";
import type { Incident, Text } from "./types";

export type CallState = "ringing" | "answered" | "saved" | "missed" | "recalled";
export type CallKind = "emergency" | "information" | "prank" | "silent" | "abandoned";
export type CallChannel = "telephone" | "message" | "radio" | "walk-in" | "paper";

export interface WaitingCall {
  key: string;
  channel: CallChannel;
  state: CallState;
  rangAt: string;
  answeredAt: string | null;
  endedAt: string | null;
  /** Name of the call taker who holds it. */
  agent: string | null;
  mine: boolean;
  recallOf: string | null;
}

export interface CallCounts {
  calls: number;
  answered: number;
  missed: number;
  inTime: number;
  idle: number;
  emergencies: number;
}

export interface CallCategory {
  code: string;
  name: Text;
  subcategories: { code: string; name: Text }[];
}

export interface CallQueue {
  calls: WaitingCall[];
  /** Since the day began. */
  counts: CallCounts;
  answerWithinSeconds: number;
  categories: CallCategory[];
  /** Call takers to whom a call can be handed. */
  takers: { id: string; name: string }[];
}

export interface EarlierCall {
  at: string;
  kind: CallKind;
  incident: string | null;
  open: boolean;
}

/** A call in one's hands: what is known of its line before a word is said. */
export interface CallInHand extends WaitingCall {
  number: string;
  earlier: EarlierCall[];
  score: number;
  reasons: Text[];
}

/** An open incident that the call may be about. */
export interface Likeness {
  incident: Incident;
  metres: number | null;
}

export interface CallWords {
  kind: CallKind;
  category?: string;
  subcategory?: string;
  /** Entity that was chosen as the place. */
  place?: string | null;
  location?: [number, number] | null;
  spot?: string;
  said?: string;
  injured?: number;
  number?: string;
  caller?: string;
  language?: string;
  /** The incident that it is about already. */
  incident?: string | null;
}

/** A call of an incident as those see it who may read what callers say. */
export interface CallOnRecord {
  key: string;
  rangAt: string;
  enteredAt: string;
  channel: CallChannel;
  language: string;
  agent: string;
  number: string;
  caller: string;
  spot: string;
  said: string;
  recording: string;
  score: number;
}

const call = (key: string) => `calls/${encodeURIComponent(key)}`;

export const calls = {
  queue: () => ask<CallQueue>("calls"),
  one: (key: string) => ask<CallInHand>(call(key)),
  begin: (body: { number?: string; channel?: CallChannel; rangAt?: string; answeredAt?: string }) =>
    send<CallInHand>("calls", body),
  pickUp: (key: string) => send<CallInHand>(`${call(key)}/acts`, { act: "pick-up" }),
  callBack: (key: string) => send<CallInHand>(`${call(key)}/acts`, { act: "call-back" }),
  hand: (key: string, to: string) => send<unknown>(`${call(key)}/acts`, { act: "hand", to }),
  save: (key: string, words: CallWords) => send<{ incident: string | null }>(`${call(key)}/saved`, words),
  like: (category: string, place: string | null, signal: AbortSignal) =>
    ask<{ alike: Likeness[] }>(`calls/alike?${new URLSearchParams({ category, ...(place ? { place } : {}) })}`, { signal }),
  ofIncident: (id: string) => ask<{ calls: CallOnRecord[] }>(`incidents/${encodeURIComponent(id)}/calls`),
};
