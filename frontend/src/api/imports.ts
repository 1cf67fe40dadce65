/** Imports and the quarantine: files handed in, what they would give, rows that wait. */
import { ask, send } from "./client";
import type { Text } from "./types";

export interface Fault {
  code: string;
  action: "notice" | "quarantine" | "accept-with-flag" | "merge";
  row: number;
  field: string;
  text: Text;
}

export interface Preview {
  kind: string;
  columns: { name: string; guess: string; filled: number; examples: string[] }[];
  mapping: string;
  rows: number;
  accepted: number;
  flagged: number;
  rejected: number;
  repeated: number;
  counts: Record<string, number>;
  faults: Fault[];
  first: Record<string, string>[];
}

export interface Handed {
  id: string;
  name: string;
  state: "proposed" | "read" | "compare" | "load" | "done" | "failed";
  done?: number;
  of?: number;
  error?: string;
  preview?: Preview;
  rows?: number;
  accepted?: number;
  flagged?: number;
  rejected?: number;
  repeated?: number;
  by?: string;
  at?: string;
  title?: string;
}

export interface WaitingRow {
  id: string;
  source: string;
  file: string;
  row: string;
  field: string;
  code: string;
  reason: Text;
  cells: Record<string, string>;
  proposed: Record<string, string>;
  raw: string;
  state: "open" | "corrected" | "dismissed";
  at: string;
}

export interface Correction {
  cells?: Record<string, string>;
  accept?: boolean;
  dismiss?: boolean;
  note?: string;
}

export const imports = {
  handIn: (file: File) =>
    ask<Handed>(`imports?${new URLSearchParams({ name: file.name, dryRun: "true" })}`, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: file,
    }),
  again: (id: string, mapping: string) => send<Handed>(`imports/${encodeURIComponent(id)}`, { mapping }),
  load: (id: string, mapping: string) => send<Handed>(`imports/${encodeURIComponent(id)}`, { mapping, load: true }),
  one: (id: string) => ask<Handed>(`imports/${encodeURIComponent(id)}`),
  all: () => ask<{ imports: Handed[] }>("imports").then((answer) => answer.imports),
  waiting: (limit: number) => ask<{ rows: WaitingRow[]; count: number }>(`quarantine?limit=${limit}`),
  correct: (id: string, correction: Correction) =>
    send<{ entity: string | null; state: string }>(`quarantine/${encodeURIComponent(id)}`, correction),
};
