/** What stands around a picture: title, moment, the marks that must not be missed, legend, sources. */
import type { Layer, Source, Text } from "../api/types";
import type { Format } from "../format/format";
import { store } from "../live/store";
import { readPalette } from "../map/palette";
import { differenceName, drawSymbol, symbolName } from "../map/symbols";
import { ailingWords, blinding } from "../sources/ailing";
import type { Catalogue } from "../strings/catalogue";
import { compared } from "./compared";
import type { Caption } from "./picture";

type Say = (text: Text | string | null | undefined) => string;

/** That it shows the past, and that the tenant is a replay. */
export function markOf(words: Catalogue, format: Format): string {
  const { past, session } = store;
  const clock = session?.clock;
  const exercise = clock && clock.mode !== "live" ? words.exercise[clock.method ?? "paused"] : "";
  const told = past ? words.time.past(format.moment(past.at), past.known === "now" ? words.time.asNow : words.time.asThen) : "";
  return [told, exercise].filter(Boolean).join(" · ");
}

export function titleOf(words: Catalogue, format: Format): string {
  return words.time.pictureOf(store.city?.name ?? "", format.moment(store.clock()));
}

export function sourceLine(sources: readonly Source[], words: Catalogue, say: Say): string {
  const told = sources.map(({ title, publisher, year, licence }) => [say(title), publisher, year, licence].filter(Boolean).join(", "));
  return words.time.pictureSources(told.join("; ") || words.source.none);
}

export function mapCaption(layers: readonly Layer[], words: Catalogue, format: Format, say: Say): Caption {
  const palette = readPalette();
  const legend = layers.map((layer) => ({
    symbol: drawSymbol(symbolName("", layer.shape, layer.hue), palette, 2),
    label: `${say(layer.title)}: ${format.exact(store.tables.get(layer.id)?.rows.size ?? layer.count)}`,
  }));
  const blind = [...new Set(layers.flatMap(({ id }) => blinding(store.now, id)))];
  const stale = blind.map((source) => ailingWords(say(source.title), source, words, format, store.clock()));
  const rings = compared.kinds().map((kind) => ({ symbol: drawSymbol(differenceName("", kind), palette, 2), label: words.time[kind] }));
  const lines = [...stale, sourceLine(store.city?.sources ?? [], words, say)];
  return { title: titleOf(words, format), mark: markOf(words, format), legend: [...legend, ...rings], lines };
}
