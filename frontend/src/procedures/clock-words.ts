/** How much time is left, in words: the same for steps and tasks. */
import type { Catalogue } from "../strings/catalogue";

export type Haste = "calm" | "soon" | "over";

/** From here on a clock asks to be looked at. */
const SOON_MS = 120_000;

/** Whether a clock is far off, near, or has passed. */
export function hasteOf(due: string, now: Date): Haste {
  const left = new Date(due).getTime() - now.getTime();
  return left < 0 ? "over" : left < SOON_MS ? "soon" : "calm";
}

/** What the clocks of browser and server may differ by without anybody seeing a minute more. */
const SLACK_MS = 5_000;

/** "12 min" or "3 h": whole minutes, rounded up, so that nothing is over before it is. */
export function spanWords(milliseconds: number, words: Catalogue["procedures"]): string {
  const minutes = Math.max(1, Math.ceil((Math.abs(milliseconds) - SLACK_MS) / 60_000));
  return minutes < 120 ? words.minutes(String(minutes)) : words.hours(String(Math.round(minutes / 60)));
}

export function clockWords(due: string, now: Date, words: Catalogue["procedures"]): string {
  const left = new Date(due).getTime() - now.getTime();
  return left < 0 ? words.over(spanWords(left, words)) : words.left(spanWords(left, words));
}
