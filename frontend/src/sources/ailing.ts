/** What to say of a source that does not deliver as it should: "BMKG diam sejak 14.20". */
import type { Ailing } from "../api/source-types";
import type { Now } from "../api/types";
import type { Format } from "../format/format";
import type { Catalogue } from "../strings/catalogue";

/** The sources that leave a layer blind now. */
export function blinding(now: Now | null, layer: string): Ailing[] {
  return (now?.ailing ?? []).filter(({ layers }) => layers.includes(layer));
}

export function ailingWords(title: string, source: Ailing, words: Catalogue, format: Format, now: Date): string {
  const since = source.lastMessage ? format.recent(source.lastMessage, now) : null;
  return words.feeds.ailing[source.state](title, since);
}
