/** The line of the counting page: what is open, and what was counted. */
import { call, ending, json } from "../phone/call";
import type { Ending } from "../phone/outbox";
import type { Language } from "../strings/count";
import type { Counted, Kind, Turn } from "./tally";

export interface Approach {
  name: string;
  /** Each with where it leads; empty where nobody has said that. */
  turns: Partial<Record<Turn, string>>;
}

/** What some phone watched in the last minutes. */
export interface Watched {
  approach: string;
  turns: Turn[];
  classes: Kind[];
  until: string;
}

export interface Survey {
  key: string;
  name: string;
  junction: string;
  minutes: 5 | 15;
  since: string;
  until: string;
  approaches: Approach[];
  watched: Watched[];
  /** Longitude and latitude of the junction; null where nobody has measured it. */
  place: [number, number] | null;
}

export interface Told {
  now: string;
  name: string;
  surveys: Survey[];
}

export type Heard = { told: Told } | { no: "no-line" | "sign-in" | "no-survey" };

const SURVEYS = "/pinisi/v1/services/mobility/counting/surveys";

export async function ask(): Promise<Heard> {
  const answer = await call(SURVEYS);
  if (!answer || answer.status >= 500) return { no: "no-line" };
  if (answer.status === 401) return { no: "sign-in" };
  if (!answer.ok) return { no: "no-survey" };
  return { told: (await answer.json()) as Told };
}

/** `beside` is called where another phone was heard first for the same vehicles. */
export async function send(counted: Counted, language: Language, beside: () => void): Promise<Ending> {
  const { key, approach, turns, kinds, taps } = counted;
  const [since, until] = [counted.since, counted.until].map((moment) => new Date(moment).toISOString());
  const wish = { key, approach, turns, classes: kinds, taps, since, until };
  const answer = await call(`${SURVEYS}/${encodeURIComponent(counted.survey)}/stretches`, json(wish));
  if (answer?.ok && ((await answer.clone().json()) as { beside: unknown[] }).beside.length) beside();
  return ending(answer, ({ errors, detail }) => errors?.map(({ reason }) => reason[language]).join(" ") ?? detail ?? "");
}
