/** Hand-over from shift to shift: the open state, the notes, and the two signatures; and what the house prints. */
import { ask, send } from "./client";
import { ofTenant } from "./tenant";
import type { IncidentState, Language, Text } from "./types";

export interface Signed {
  by: string;
  name: string;
  at: string;
  words: string;
}

export interface OpenLine {
  id: string;
  title: Text;
  state: IncidentState;
  priority: number;
  owner: string;
  area: string | null;
  dueAt: string | null;
  late: boolean;
  answerOwed: boolean;
}

export interface Handover {
  at: string;
  stage: { level: number; word: Text | null };
  open: OpenLine[];
  openCount: number;
  shelved: { id: string; title: Text; until: string | null }[];
  suppressed: number;
  glasses: { id: string; title: Text; by: string; reason: string }[];
  sources: { id: string; title: Text; state: string; lastMessage: string | null }[];
  procedures: { incident: string; title: Text; over: number; of: number }[];
  unanswered: number;
  /** Of the city: in force, waiting for release, or released alone and to be reviewed. */
  warnings: { id: string; title: Text; state: "in-force" | "draft" | "to-review"; by: string; until: string | null; reason: string }[];
}

export interface ShiftNote {
  id: string;
  state: "waiting" | "signed" | "replaced";
  handover: Handover;
  leaves: Signed;
  comes: Signed | null;
  digest: string;
  /** How many incidents of it the reader may not see. */
  hidden: number;
  mine: boolean;
}

export interface ShiftBook {
  now: Handover;
  count: number;
  notes: ShiftNote[];
}

export const shifts = {
  book: () => ask<ShiftBook>("shifts?limit=6"),
  handOver: (words: string) => send<ShiftNote>("shifts", { words }),
  sign: (id: string, words: string) => send<ShiftNote>(`shifts/${id}/sign`, { words }),
  paper: (id: string, language: Language) => ofTenant(`/pinisi/v1/shifts/${id}?format=pdf&lang=${language}`),
};

/** The address of an incident's after-action report as PDF. */
export function reportOf(incident: string, language: Language): string {
  return ofTenant(`/pinisi/v1/incidents/${encodeURIComponent(incident)}/report?format=pdf&lang=${language}`);
}
