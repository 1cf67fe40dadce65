/** A line of an incident's story that tells of a procedure: who did what in it, in the procedure's own words. */
import type { Act, Text } from "../api/types";
import type { Catalogue } from "../strings/catalogue";

/** What was done and said; null for lines that tell of something else. `read` picks the reader's language. */
export function procedureLine(
  act: Act,
  words: Catalogue["procedures"],
  read: (text: Text | undefined) => string,
): { done: string; said: string } | null {
  if (act.act !== "procedure" || !act.did) return null;
  const names: Record<string, string> = words.actNames;
  const title = read(act.title);
  const drill = act.drill ? ` (${words.drill})` : "";
  const what = [read(act.what), read(act.answer), act.note].filter(Boolean).join(" · ");
  return { done: `${names[act.did] ?? act.did}: ${title}${drill}`, said: what };
}
