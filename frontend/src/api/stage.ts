/** The stage of the city, its public criteria, and who changed it when. */
import { ask, send } from "./client";
import type { Stage, Text } from "./types";

export interface StageLine {
  /** 0: taken back to "not set". */
  level: 0 | Stage["level"];
  word: Text | null;
  since: string;
  setBy: string | null;
  reason: string;
  proposed: number | null;
}

export interface StageBook {
  stage: Stage | null;
  note: Text | null;
  stages: { level: Stage["level"]; word: Text; criteria: Text[] }[];
  proposal: { level: Stage["level"]; reasons: Text[] } | null;
  log: StageLine[];
}

export const cityStage = {
  book: () => ask<StageBook>("stage"),
  set: (level: number, reason: string) => send<StageBook>("stage", { level, reason }),
};
