/** Long computations and commands: what was asked for, how far it is, what became of it. */
import { ask, send } from "./client";
import type { Text } from "./types";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted" | "overTime" | "overMemory";

export interface Job {
  id: string;
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

const SHOWN = 20;

export const work = {
  jobs: () => ask<{ jobs: Job[]; count: number }>(`jobs?limit=${SHOWN}`),
  cancel: (id: string) => send<Job>(`jobs/${encodeURIComponent(id)}/cancel`, {}),
  commands: () => ask<{ commands: Command[]; count: number; unknownRules: string[] }>(`commands?limit=${SHOWN}`),
  act: (id: string, act: CommandAct) => send<Command>(`commands/${encodeURIComponent(id)}`, act),
};
