/** One junction as it runs now (`GET services/mobility/junctions/{junction}/signals`), and what follows from it. */

export type Aspect = "red" | "redAmber" | "amber" | "green" | "dark" | "flashing";
export type Mode = "plan" | "cyclic" | "acyclic" | "flash";
export type DetectorState = "heard" | "silent" | "faulty";

/** Seconds from now, negative: it was. */
export interface Span {
  aspect: Aspect;
  start: number;
  end: number;
}

export interface GroupSpans {
  group: string;
  spans: Span[];
}

export interface LiveGroup {
  id: string;
  entity: string;
  name: string;
  kind: string;
  aspect: Aspect | null;
  since: string | null;
  vehicles: number | null;
  standing: number | null;
}

export interface LiveStage {
  id: string;
  groups: string[];
  plannedGreen: number;
}

export interface LiveDetector {
  id: string;
  entity: string;
  group: string;
  lane: string;
  kind: string;
  vehicles: number | null;
  occupancy: number | null;
  speed: number | null;
  heard: string | null;
  state: DetectorState;
}

/** A vehicle that asks for green by itself. */
export interface LivePriority {
  vehicle: string;
  kind: "ambulance" | "bus";
  group: string;
  stage: string;
  by: "ours" | "street";
  since: string;
  arrives: string;
}

export interface JunctionLive {
  at: string;
  alive: boolean;
  linkFault: string;
  method: "reported" | "simulated";
  mode: Mode;
  control: Mode;
  reason: string;
  refused: string;
  since: string | null;
  plan: string;
  stage: string | null;
  /** When the last of its groups turned green. */
  stageSince: string | null;
  /** Card of the source that tells it. */
  provider: string;
  wanted: string;
  allows: string;
  groups: LiveGroup[];
  stages: LiveStage[];
  window: number;
  actual: GroupSpans[];
  planned: GroupSpans[];
  gain: { minutes: number; vehicles: number; model: string } | null;
  detectors: LiveDetector[];
  priorities?: LivePriority[];
}

/** Whole seconds from one moment to another; never negative, clocks differ by a little. */
export function secondsFrom(since: string, at: string): number {
  return Math.max(0, Math.floor((Date.parse(at) - Date.parse(since)) / 1000));
}

/** "1:05"; from an hour on only "72 min" is of use, which the caller says. */
export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** How long the stage that is shown has been green; null while signals change. */
export function stageSeconds(live: JunctionLive): number | null {
  return live.stage === null || live.stageSince === null ? null : secondsFrom(live.stageSince, live.at);
}

/** How much of the time in which both are known a group had green exactly when the plan would have given it. */
export function agreement(actual: readonly GroupSpans[], planned: readonly GroupSpans[]): { share: number; seconds: number } | null {
  let [known, alike] = [0, 0];
  for (const { group, spans } of actual) {
    for (const mine of spans) {
      if (mine.aspect === "dark") continue;
      for (const other of planned.find((each) => each.group === group)?.spans ?? []) {
        const shared = Math.min(mine.end, other.end) - Math.max(mine.start, other.start);
        if (shared <= 0) continue;
        known += shared;
        if ((mine.aspect === "green") === (other.aspect === "green")) alike += shared;
      }
    }
  }
  const groups = actual.filter(({ spans }) => spans.length > 0).length;
  return known > 0 && groups > 0 ? { share: alike / known, seconds: Math.round(known / groups) } : null;
}

/** Where a span lies in a picture of the last `window` seconds: its left edge and width, in per cent. */
export function placed({ start, end }: Span, window: number): { x: number; width: number } | null {
  const [from, to] = [Math.max(start, -window), Math.min(end, 0)];
  return to > from ? { x: 100 * (1 + from / window), width: (100 * (to - from)) / window } : null;
}

/** Seconds of green of a group within the last `window` seconds. */
export function greenSeconds(spans: readonly Span[], window: number): number {
  const parts = spans.filter(({ aspect }) => aspect === "green").map(({ start, end }) => Math.min(end, 0) - Math.max(start, -window));
  return Math.round(parts.filter((part) => part > 0).reduce((sum, part) => sum + part, 0));
}

/** The last part of an id: how the endpoint calls a junction. */
export function junctionOf(entity: string): string {
  return entity.split(":").at(-1) ?? entity;
}
