/** The exercise that a house is opened for: its course, what callers say, how the room does. */
import { ask, send } from "./client";
import { ofTenant } from "./tenant";
import type { Text } from "./types";

export type ExerciseState = "ready" | "running" | "paused" | "over";
export type ExpectationState = "met" | "late" | "wrong" | "waiting" | "missed";

export interface Expected {
  what: string;
  within: number | null;
  wanted: string | null;
  state: ExpectationState;
  took: number | null;
  got: string | null;
}

export interface ExerciseInject {
  id: string;
  at: number;
  title: Text;
  kind: "call" | "event";
  givenAt: string | null;
  noticed: number | null;
  by: string;
  incident: string | null;
  real: string;
  invented: string;
  expected: Expected[];
}

/** What a caller says whom one holds. */
export interface Voice {
  call: string;
  inject: string;
  caller: string;
  spot: Text;
  words: Text;
}

export interface Exercise {
  id: string;
  title: Text;
  purpose: Text;
  state: ExerciseState;
  elapsed: number;
  length: number;
  speed: number;
  voices?: Voice[];
  /** Only to those who lead it. */
  injects?: ExerciseInject[];
  score?: Record<ExpectationState, number>;
}

export type ExerciseActName = "start" | "pause" | "press-on" | "end";

export const exercises = {
  now: () => ask<Exercise>("exercise"),
  act: (act: ExerciseActName) => send<Exercise>("exercise", { act }),
  report: (language: string) => ofTenant(`/pinisi/v1/exercise/report?lang=${language}`),
};
