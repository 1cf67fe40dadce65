/** The clocks of an incident in words: which ends next, how much is left of it, or by how much it is late. */
import type { Incident, IncidentClock } from "../api/types";
import type { Catalogue } from "../strings/catalogue";

type Words = Catalogue["incidents"];

/** The running clock that ends first; null where none runs. */
export function nextClock(incident: Incident): IncidentClock | null {
  const running = incident.clocks.filter(({ metAt }) => metAt === null);
  return running.reduce<IncidentClock | null>((first, clock) => (first && first.due <= clock.due ? first : clock), null);
}

/** Milliseconds in two units at most: 95 000 → "1 min 35 s"; from two hours on minutes are left out. */
export function span(ms: number, words: Words): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (days >= 2) return words.days(String(days));
  if (hours >= 2) return words.hours(String(hours));
  if (minutes >= 10) return words.minutes(String(minutes));
  if (minutes >= 1) return `${words.minutes(String(minutes))} ${words.seconds(String(seconds % 60))}`;
  return words.seconds(String(seconds));
}

export interface Told {
  text: string;
  late: boolean;
}

export function told(clock: IncidentClock, now: Date, words: Words): Told {
  const [since, due] = [Date.parse(clock.since), Date.parse(clock.due)];
  const name = clock.agency ? `${words.clock[clock.clock]} (${clock.unit ?? clock.agency})` : words.clock[clock.clock];
  if (clock.metAt) {
    const met = Date.parse(clock.metAt);
    const late = met > due;
    return { text: (late ? words.metLate : words.met)(name, span(met - since, words)), late };
  }
  const left = due - now.getTime();
  return left >= 0
    ? { text: words.left(name, span(left, words)), late: false }
    : { text: words.late(name, span(-left, words)), late: true };
}
