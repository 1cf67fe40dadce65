/** Words of the crew's page, which stands by itself: it loads nothing of the console. */
import type { Act } from "../crew/said";
import { en } from "./crew-en";
import { id } from "./crew-id";
import { ja } from "./crew-ja";

export type Language = "id" | "en" | "ja";

export interface CrewWords {
  title: string;
  account: string;
  password: string;
  signIn: string;
  signInRefused: string;
  linkRefused: string;
  noCrew: string;
  connected: string;
  noLine: (seen: string) => string;
  waiting: (number: number) => string;
  notKept: string;
  noRoom: string;
  understood: string;
  nothing: string;
  priority: (number: number) => string;
  injured: (number: number) => string;
  exercise: string;
  route: string;
  state: Record<"sent" | "accepted" | "onScene" | "finished" | "refused" | "withdrawn", string>;
  act: Record<Act | "photo", string>;
  notSent: (what: string, at: string) => string;
  refuseWhy: string;
  notOurs: Record<"city" | "province" | "nation", string>;
  otherReason: string;
  whatWasDone: string;
  confirm: string;
  cancel: string;
  answerBy: (time: string) => string;
  arriveBy: (time: string) => string;
  late: string;
  position: {
    tell: string;
    off: string;
    privacy: string;
    needsHttps: string;
    denied: string;
    noFix: string;
    resting: string;
    telling: string;
    known: (minutes: number) => string;
    waiting: (number: number) => string;
  };
}

const WORDS: Record<Language, CrewWords> = { id, en, ja };

export function words(language: Language): CrewWords {
  return WORDS[language];
}
