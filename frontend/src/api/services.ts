/** The services of the city: how each is doing, its reactions, and runs that failed and are parked. */
import { ask, send } from "./client";
import type { Text } from "./types";

export interface Reaction {
  name: string;
  title: Text;
  rule: Text;
  version: number;
  state: "running" | "crowded" | "failing";
  /** Subjects whose turn has not come, and for how many seconds the first has waited. */
  waiting: number;
  waitingSeconds: number;
  /** Lines of the log that it has not read. */
  behind: number;
  runs: number;
  written: number;
  failed: number;
  parked: number;
  lastError: Text | null;
}

export interface Service {
  name: string;
  title: Text | null;
  state: "running" | "off" | "failed";
  failure: string | null;
  /** Of one that could not be loaded at all. */
  package?: string | null;
  /** What of its views cannot be drawn: the others are shown. */
  leftOut: { view: string; field: string; reason: string }[];
  reactions: Reaction[];
  /** Jobs with a clock that could not tell what they are to do at their last turn. */
  jobFaults: { job: string; title: Text; reason: string }[];
}

export interface ParkedRun {
  subject: string;
  moment: string;
  first: string;
  last: string;
  tries: number;
  reason: Text;
  trace: string;
  given: { id: string; position: number }[];
}

function parkedAddress(service: string, reaction: string): string {
  return `services/${encodeURIComponent(service)}/reactions/${encodeURIComponent(reaction)}/parked`;
}

export const services = {
  all: () => ask<{ services: Service[] }>("services").then((answer) => answer.services),
  turn: (name: string, on: boolean) => send<Service>(`services/${encodeURIComponent(name)}`, { on }),
  parked: (service: string, reaction: string) =>
    ask<{ parked: ParkedRun[] }>(parkedAddress(service, reaction)).then((answer) => answer.parked),
  /** Without a subject all of the reaction's. */
  runAgain: (service: string, reaction: string, subject?: string) =>
    send<{ woken: number }>(parkedAddress(service, reaction), subject === undefined ? {} : { subject }),
};
