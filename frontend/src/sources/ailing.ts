/** What does not deliver as it should: which rows and values rest upon it, and how to say so ("BMKG diam sejak 14.20"). */
import type { Ailing } from "../api/source-types";
import type { Now, Value } from "../api/types";
import type { Format } from "../format/format";
import type { Row } from "../live/table";
import type { Catalogue } from "../strings/catalogue";

const WORST_LAST = ["off", "late", "silent", "failing"];
const kept = new WeakMap<Now, ReadonlyMap<number, Ailing>>();
const NONE: ReadonlyMap<number, Ailing> = new Map();

/** The sources that leave a layer blind now. */
export function blinding(now: Now | null, layer: string): Ailing[] {
  return (now?.ailing ?? []).filter(({ layers }) => layers.includes(layer));
}

/** By what rows have as their `source`: the worst of the sources that ail among those that it stands for. */
export function ailingRows(now: Now | null): ReadonlyMap<number, Ailing> {
  if (!now?.ailing?.length) return NONE;
  const known = kept.get(now);
  if (known) return known;
  const found = new Map<number, Ailing>();
  for (const source of [...now.ailing].sort(byWeight)) for (const row of source.rows) found.set(row, source);
  kept.set(now, found);
  return found;
}

/** The source that leaves a row stale. */
export function ailingRow(now: Now | null, row: Row): Ailing | null {
  return row.source === null ? null : (ailingRows(now).get(row.source) ?? null);
}

/** The source that leaves a value stale; of a computed one, any of those that it is made of. */
export function ailingInput(now: Now | null, value: Pick<Value, "provider" | "providers" | "ailing">): Ailing | null {
  const inputs = new Set([value.provider, ...(value.providers ?? []), ...(value.ailing ?? [])]);
  return [...(now?.ailing ?? [])].sort(byWeight).findLast(({ id }) => inputs.has(id)) ?? null;
}

export function ailingWords(title: string, source: Ailing, words: Catalogue, format: Format, now: Date): string {
  const since = source.lastMessage ? format.recent(source.lastMessage, now) : null;
  return words.feeds.ailing[source.state](title, since);
}

/** Where the name of the source stands beside it or has no room: "silent · last message 14:20". */
export function briefly(source: Ailing, words: Catalogue, format: Format, now: Date): string {
  const since = source.lastMessage ? words.feeds.heard(format.recent(source.lastMessage, now)) : words.feeds.neverHeard;
  return `${words.feeds.state[source.state]} · ${since}`;
}

function byWeight(one: Ailing, other: Ailing): number {
  return WORST_LAST.indexOf(one.state) - WORST_LAST.indexOf(other.state);
}
