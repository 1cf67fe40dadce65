/** Is the live stream whole? A pure state that the store keeps and the footer says in words. */

/** Silence after which the stream counts as cut: two beats of five seconds and a margin. */
export const SILENCE_MS = 12_000;

export interface Connection {
  state: "connecting" | "live" | "cut";
  /** When the last sign of life came; null before the first. */
  heardAt: number | null;
  /** Since when it is cut. */
  cutSince: number | null;
  /** When the next try is due, while cut. */
  retryAt: number | null;
}

export const UNCONNECTED: Connection = { state: "connecting", heardAt: null, cutSince: null, retryAt: null };

export function heard(now: number): Connection {
  return { state: "live", heardAt: now, cutSince: null, retryAt: null };
}

/** The connection broke; an earlier cut keeps its beginning. */
export function lost(before: Connection, now: number, retryAt: number | null = null): Connection {
  return { ...before, state: "cut", cutSince: before.cutSince ?? before.heardAt ?? now, retryAt };
}

/** Time passes: silence becomes a cut. */
export function ticked(before: Connection, now: number): Connection {
  const silent = before.state === "live" && before.heardAt !== null && now - before.heardAt > SILENCE_MS;
  return silent ? lost(before, now) : before;
}

/** Milliseconds before try number `attempt` (from 0): doubles from one second to fifteen, `spread` in 0..1 parts tabs. */
export function backOff(attempt: number, spread: number): number {
  return Math.min(1000 * 2 ** attempt, 15_000) * (0.8 + 0.4 * spread);
}
