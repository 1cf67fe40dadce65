/** Procedures: what is proposed and followed in an incident, acts on it, and tasks across incidents. */
import { ask, send } from "./client";
import { ofTenant } from "./tenant";
import type { Language, Severity, Text } from "./types";

export type StepState = "waiting" | "open" | "done" | "skipped" | "passed";
export type RunState = "running" | "paused" | "finished" | "cancelled";
export type StepActName = "done" | "answer" | "skip" | "reopen" | "sent" | "command";

/** A role of the room, or an agency with its name. */
export interface Owner {
  code: string;
  name: Text | null;
}

export interface StepCheck {
  text: Text;
  effect: "tick" | "warn";
  /** Null: nothing is known that it could look at. */
  holds: boolean | null;
  looked: number;
  entities: string[];
}

export interface StepMessage {
  channel: "radio" | "phone" | "whatsapp" | "sms" | "e-mail" | "siren" | "public";
  to: Owner;
  text: Text;
  sentAt: string | null;
  sentBy: string | null;
}

export interface StepAnswer {
  id: string;
  text: Text;
  to: string[];
}

export interface ProcedureStep {
  id: string;
  text: Text;
  owner: Owner;
  after: string[];
  /** Seconds. */
  due: number | null;
  escalation: { after: number; to: Owner } | null;
  skippable: boolean;
  decision: { question: Text; answers: StepAnswer[] } | null;
  action: string | null;
  check: StepCheck | null;
  message: StepMessage | null;
}

export interface FollowedStep extends ProcedureStep {
  state: StepState;
  since: string | null;
  dueAt: string | null;
  escalatesAt: string | null;
  escalatedAt: string | null;
  endedAt: string | null;
  by: string | null;
  answer: string | null;
  words: string | null;
  command: string | null;
}

export interface ProcedureRun {
  id: string;
  incident: string;
  procedure: string;
  version: number;
  /** The version that the city has now, where its text is another. */
  newer: number | null;
  title: Text;
  state: RunState;
  drill: boolean;
  startedAt: string;
  startedBy: string;
  endedAt: string | null;
  endedBy: string | null;
  pausedAt: string | null;
  reason: string | null;
  done: number;
  of: number;
  steps: FollowedStep[];
}

export interface ProcedureTitle {
  id: string;
  version: number;
  title: Text;
  purpose: Text;
  start: "by-person" | "automatic";
  steps: number;
}

export interface IncidentProcedures {
  position: number;
  proposed: string[];
  runs: ProcedureRun[];
  procedures: ProcedureTitle[];
  exercise: boolean;
}

export interface ProcedureAct {
  act: StepActName | "pause" | "resume" | "cancel";
  step?: string;
  answer?: string;
  words?: string;
  command?: Record<string, unknown>;
}

export interface ProcedureTask {
  /** It is for me to see to. */
  mine: boolean;
  incident: { id: string; title: Text; severity: Severity; priority: number | null; area: string | null; owner: string | null };
  run: string;
  procedure: Text;
  drill: boolean;
  step: string;
  text: Text;
  owners: Owner[];
  since: string;
  dueAt: string | null;
  escalatesAt: string | null;
  escalatedAt: string | null;
}

const of = (incident: string) => `incidents/${encodeURIComponent(incident)}/procedures`;

export const procedures = {
  of: (incident: string) => ask<IncidentProcedures>(of(incident)),
  start: (incident: string, procedure: string, drill: boolean) => send<ProcedureRun>(of(incident), { procedure, drill }),
  act: (incident: string, run: string, act: ProcedureAct) =>
    send<ProcedureRun>(`${of(incident)}/${encodeURIComponent(run)}/acts`, act),
  tasks: () => ask<{ count: number; tasks: ProcedureTask[] }>("tasks?limit=500"),
  /** Where a run is shown to be printed. */
  printed: (incident: string, run: string, language: Language) =>
    ofTenant(`/pinisi/v1/${of(incident)}/${encodeURIComponent(run)}/print?language=${language}`),
};
