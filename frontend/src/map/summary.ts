/** The map in one spoken sentence: "Map: 37 puskesmas; 167 waste banks; 3 open events; BMKG silent since 14:20". */
import type { Layer } from "../api/types";
import { type Format, pick } from "../format/format";
import type { Catalogue } from "../strings/catalogue";

interface Besides {
  events: number;
  /** Of each source that does not deliver, what to say of it. */
  blind: readonly string[];
}

export function summarise(layers: readonly Layer[], count: (layer: Layer) => number, { events, blind }: Besides, words: Catalogue, format: Format): string {
  const told = layers.map((layer) => `${format.exact(count(layer))} ${pick(layer.title, format.language)}`);
  return words.mapSummary(told.join("; "), [events ? words.mapEvents(events) : "", ...blind].filter(Boolean).join("; "));
}
