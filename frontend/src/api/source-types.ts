/** Live sources, as docs/reference/console-api.md states them. */
import type { Text } from "./types";

export type SourceState = "off" | "waiting" | "live" | "late" | "silent" | "failing";

/** A live source that does not deliver, the layers that show values of it, and what their rows of it have as `source`. */
export interface Ailing {
  id: string;
  title: Text;
  state: "off" | "late" | "silent" | "failing";
  lastMessage: string | null;
  layers: string[];
  rows: number[];
}

export interface LiveSource {
  id: string;
  card: string;
  title: Text;
  service: string;
  publisher: string;
  blinds: Text | null;
  state: SourceState;
  /** It asks another host. */
  outside: boolean;
  /** Its own period, in seconds. */
  updatePeriod: number;
  lastMessage: string | null;
  lastError: string;
  messages: number;
  accepted: number;
  lateValues: number;
  repeated: number;
  rejected: number;
  layers: string[];
}

export interface LiveSources {
  sources: LiveSource[];
  failed: { id: string; reason: string }[];
  services: { name: string; failure: string }[];
}
