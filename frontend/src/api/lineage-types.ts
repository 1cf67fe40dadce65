/** The tree that answers "why this number?", as docs/reference/console-api.md states it. */
import type { Flag, Method, Text } from "./types";

/** What a job or a command brought; what is null is not for the reader to see. */
interface Work {
  service: string;
  serviceTitle: Text | null;
  version: string;
  title: Text | null;
  moment: string;
  entity: string | null;
  requestedAt: string | null;
  requestedBy: string | null;
  input: unknown;
}

export type Made =
  | (Work & { kind: "job"; job: string })
  | (Work & { kind: "command"; action: string; second: string | null; targets: string[] })
  | { kind: "message"; source: string; title: Text | null; origin: string; media: string | null; receivedAt: string; size: number; digest: string | null; raw: string }
  | {
      kind: "reaction";
      service: string;
      serviceTitle: Text | null;
      reaction: string;
      title: Text | null;
      rule: Text | null;
      version: number;
      moment: string;
      unnamed: number;
    }
  | { kind: "indicator"; indicator: string; rule: Text | null; note: Text | null; n: number | null; missing: number | null; moment: string; unnamed: number };

export interface LineageNode {
  entity: string;
  name: Text | string | null;
  type: string | null;
  typeTitle: Text | null;
  attribute: string;
  label: Text;
  dataset: string | null;
  value: unknown;
  valueText: Text | null;
  unit: string | null;
  unitText: Text | null;
  period: string | null;
  observedAt: string | null;
  receivedAt: string | null;
  method: Method | null;
  provider: string | null;
  /** Who wrote it. */
  by: string | null;
  flags: Flag[];
  made: Made | null;
  window: { since: string; until: string; values: number } | null;
  inputs: LineageNode[];
  /** Inputs that the reader may not see. */
  hidden: number;
  /** The tree goes on. */
  cut: boolean;
}
