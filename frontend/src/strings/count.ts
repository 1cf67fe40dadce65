/** Words of the counting page, which stands by itself: it loads nothing of the console. */
import type { Kind, Turn } from "../count/tally";
import { en } from "./count-en";
import { id } from "./count-id";
import { ja } from "./count-ja";

export type Language = "id" | "en" | "ja";

export interface CountWords {
  title: string;
  account: string;
  password: string;
  signIn: string;
  signInRefused: string;
  linkRefused: string;
  noRight: string;
  connected: string;
  noLine: string;
  waiting: (number: number) => string;
  noRoom: string;
  notKept: (from: string, until: string) => string;
  understood: string;
  nothing: string;
  again: string;
  when: (from: string, until: string) => string;
  junction: string;
  search: string;
  nearest: string;
  noPlace: string;
  found: (number: string) => string;
  away: (far: string) => string;
  approach: string;
  watchedBy: (what: string) => string;
  turns: string;
  kinds: string;
  start: string;
  turn: Record<Turn, string>;
  kind: Record<Kind, string>;
  interval: (from: string, until: string) => string;
  left: (time: string) => string;
  undo: string;
  undone: (what: string) => string;
  pause: string;
  resume: string;
  paused: string;
  interrupted: (from: string) => string;
  beside: string;
  finish: string;
  sum: (number: number) => string;
}

const WORDS: Record<Language, CountWords> = { id, en, ja };

export function words(language: Language): CountWords {
  return WORDS[language];
}
