/** How old a value is now, and what that means: a value of a live source ages before the reader's eyes. */
import type { Freshness, Value } from "../api/types";

export const DAY_S = 86_400;
/** Periods of its source after which a value is late, and dead: as the server counts (pinisi.runtime.health). */
const LATE_AFTER = 2;
const DEAD_AFTER = 5;

export interface Age {
  /** Seconds since it was true; null without a time. */
  seconds: number | null;
  state: Freshness;
}

type Aged = Pick<Value, "observedAt" | "state" | "ageDays" | "updatePeriod">;

/** Registers age by whole days, as the server counted them; what is of today has hours. */
function wholeDays(counted: number | null, seconds: number): number {
  const days = counted ?? Math.floor(seconds / DAY_S);
  return days > 0 ? days * DAY_S : seconds;
}

export function ageOf(value: Aged, now: Date): Age {
  if (!value.observedAt) return { seconds: null, state: value.state };
  const seconds = Math.max(0, (now.getTime() - new Date(value.observedAt).getTime()) / 1000);
  const period = value.updatePeriod;
  if (!period) return { seconds: wholeDays(value.ageDays, seconds), state: value.state };
  const state = seconds > DEAD_AFTER * period ? "dead" : seconds > LATE_AFTER * period ? "late" : "fresh";
  return { seconds, state };
}
