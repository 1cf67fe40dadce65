/** What can be seen again, and what is being seen, as the server tells it. */
import type { Clock, Text } from "./types";

/** Something of the past that can be replayed; `missing`: why it cannot be now, and what to do. */
export interface Recording {
  id: string;
  title: Text;
  note: Text;
  city: { id: string; name: string; timeZone: string };
  begin: string;
  until: string;
  sources: Text[];
  missing: Text | null;
}

export type ReplayState = "preparing" | "running" | "paused" | "finished" | "ended" | "failed";

export interface Preparation {
  step: "reading" | "loading" | "drawing" | "rows";
  done: number;
  total: number | null;
}

export interface Replay {
  id: string;
  tenant: string;
  recording: string;
  title: Text;
  state: ReplayState;
  failure: string | null;
  /** Of what has to be made ready: 0 to 1. */
  progress: number;
  preparation: Preparation | null;
  clock: Clock;
  begin: string;
  until: string;
  moment: string;
  speed: number;
  loop: boolean;
  events: { total: number | null; arrived: number; outside: number | null };
  notifications: { reach: "held" | "loopback"; held: number };
  /** How many events lie in each of equal parts of its span; only of one that was asked for by itself. */
  density?: number[];
}

/** What somebody wants to see again: a recording, or (`history`) a span of the city's own past; no types means all. */
export interface ReplayWish {
  recording: string;
  name?: string;
  speed: number;
  span?: { since: string; until: string; types: string[] };
}

export type ReplayAct =
  | { act: "run" | "pause" }
  | { act: "seek"; at: string }
  | { act: "speed"; speed: number }
  | { act: "loop"; loop: boolean }
  | { act: "end"; keep: boolean };
