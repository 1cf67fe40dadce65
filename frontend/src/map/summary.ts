/** The map in one spoken sentence: "Map: 37 puskesmas; 167 waste banks; 3 open events". */
import type { Layer } from "../api/types";
import { type Format, pick } from "../format/format";
import type { Catalogue } from "../strings/catalogue";

export function summarise(layers: readonly Layer[], count: (layer: Layer) => number, events: number, words: Catalogue, format: Format): string {
  const told = layers.map((layer) => `${format.exact(count(layer))} ${pick(layer.title, format.language)}`);
  return words.mapSummary(told.join("; "), events ? words.mapEvents(events) : "");
}
