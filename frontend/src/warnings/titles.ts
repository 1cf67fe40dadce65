/** What a warning is called for one reader: in his language, else in the first that it is worded in. */
import type { Language } from "../api/types";
import type { WarningSaid } from "../api/warning-types";
import { LANGUAGES } from "./draft";

export function titleOf(warning: Pick<WarningSaid, "words">, language: Language): string {
  for (const each of [language, ...LANGUAGES]) {
    const words = warning.words[each];
    if (words) return words.headline || words.event;
  }
  return "";
}
