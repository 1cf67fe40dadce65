/** The stretch of time on the scrubber, and how a moment moves on it. All in milliseconds. */

export interface Reach {
  from: number;
  to: number;
}

/** How much the scrubber shows at a time; `all`: from the first moment known. */
export const SPANS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000, all: 0 } as const;
export type Span = keyof typeof SPANS;

export const BUCKETS = 120;
const BIG = 10;

/** A stretch of the wanted length around a moment, never beyond now. */
export function reachAround(at: number, span: Span, whole: Reach): Reach {
  if (span === "all") return whole;
  const length = SPANS[span];
  const to = Math.min(whole.to, at + length / 2);
  return { from: to - length, to };
}

export function holds(reach: Reach, at: number): boolean {
  return reach.from <= at && at <= reach.to;
}

export function share(reach: Reach, at: number): number {
  return Math.min(1, Math.max(0, (at - reach.from) / Math.max(1, reach.to - reach.from)));
}

/** The moment that a key asks for; null for another key. An arrow goes one part, with Shift or as Page ten. */
export function stepped(key: string, shift: boolean, at: number, reach: Reach): number | null {
  const step = (reach.to - reach.from) / BUCKETS;
  const by: Record<string, number> = {
    ArrowLeft: shift ? -BIG : -1,
    ArrowDown: shift ? -BIG : -1,
    ArrowRight: shift ? BIG : 1,
    ArrowUp: shift ? BIG : 1,
    PageDown: -BIG,
    PageUp: BIG,
  };
  if (key === "Home") return reach.from;
  if (key === "End") return reach.to;
  const steps = by[key];
  return steps === undefined ? null : Math.min(reach.to, Math.max(reach.from, at + steps * step));
}

/** Heights of the bars, 0 to 1: by the square root, so that a quiet hour beside a busy one is still seen. */
export function heights(buckets: readonly Record<string, number>[]): number[] {
  const totals = buckets.map((bucket) => Object.values(bucket).reduce((sum, n) => sum + n, 0));
  const most = Math.sqrt(Math.max(1, ...totals));
  return totals.map((total) => Math.sqrt(total) / most);
}
