/** The clock of the tenant as the server told it: a replay's runs faster than ours, a paused one stands still. */
import type { Clock } from "../api/types";

export interface ToldClock {
  /** What the server's clock showed, in milliseconds, when ours showed `heard`. */
  now: number;
  heard: number;
  /** How many seconds of the tenant pass in one of ours. */
  rate: number;
}

export function told({ now, mode, speed }: Pick<Clock, "now" | "mode" | "speed">, heard: number): ToldClock {
  return { now: new Date(now).getTime(), heard, rate: mode === "paused" ? 0 : mode === "live" ? 1 : speed };
}

export function read(clock: ToldClock, ours: number): Date {
  return new Date(clock.now + (ours - clock.heard) * clock.rate);
}
