/** Long computations and commands: what was asked for, how far it is, what became of it. */
import { ask, send, sendWith } from "./client";
import type { Text } from "./types";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted" | "overTime" | "overMemory";

export interface Job {
  id: string;
  service: string;
  job: string;
  title: Text;
  state: JobState;
  /** Per cent. */
  progress: number;
  note: string;
  requestedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  reason: Text | null;
  results: number;
  exercise: boolean;
  requestedBy?: string;
  /** Of one that asked for itself: when, and every how many seconds. */
  turn: string | null;
  every: number | null;
}

export type CommandState = "awaitingSecond" | "begun" | "uncertain" | "shadow" | "done" | "failed" | "refused" | "expired";

export interface Command {
  id: string;
  title: Text;
  state: CommandState;
  shadow: boolean;
  exercise: boolean;
  targets: string[];
  requestedAt: string;
  waitsUntil: string | null;
  endedAt: string | null;
  reasons: Text[];
  /** These are shown to those who may give commands. */
  command?: Record<string, unknown>;
  requestedBy?: string;
  second?: string | null;
  own?: boolean;
}

export type CommandAct =
  | { act: "approve" }
  | { act: "decline"; note: string }
  | { act: "settle"; happened: boolean; note: string };

/** One thing that a computation or a command asks for. */
export interface AskedField {
  name: string;
  label: Text;
  hint: Text | null;
  kind: "number" | "whole" | "text" | "choice" | "yesno" | "date" | "moment" | "entity" | "json";
  /** A list of such. */
  many: boolean;
  required: boolean;
  unit: Text | null;
  least: number | null;
  most: number | null;
  choices: { value: string | number; text: Text | null }[];
  /** IRIs of the types whose ids fit. */
  entity: string[];
  default: unknown;
}

export interface OfferedJob {
  service: string;
  job: string;
  title: Text;
  form: AskedField[];
}

export interface OfferedCommand {
  service: string;
  action: string;
  title: Text;
  form: AskedField[];
  twoPersons: boolean | "sometimes";
  /** By the city's rule, or because it is an exercise. */
  onlyTried: boolean;
}

export type Offer = OfferedJob | OfferedCommand;

export const isCommand = (offer: Offer): offer is OfferedCommand => "action" in offer;
export const nameOf = (offer: Offer): string => `${offer.service}.${isCommand(offer) ? offer.action : offer.job}`;

const SHOWN = 20;

export const work = {
  jobs: () => ask<{ offered: OfferedJob[]; turns: Job[]; jobs: Job[]; count: number }>(`jobs?limit=${SHOWN}`),
  cancel: (id: string) => send<Job>(`jobs/${encodeURIComponent(id)}/cancel`, {}),
  start: (service: string, job: string, input: object) => send<Job>("jobs", { service, job, input }),
  commands: () =>
    ask<{ offered: OfferedCommand[]; commands: Command[]; count: number; unknownRules: string[] }>(`commands?limit=${SHOWN}`),
  offeredCommands: () => ask<{ offered: OfferedCommand[] }>("commands?limit=0").then(({ offered }) => offered),
  give: (service: string, action: string, command: object, shadow: boolean, key: string) =>
    sendWith<Command>("commands", { service, action, command, shadow }, { "Idempotency-Key": key }),
  act: (id: string, act: CommandAct) => send<Command>(`commands/${encodeURIComponent(id)}`, act),
};
