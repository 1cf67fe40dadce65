/** What figures of areas are, in words: "number of waste banks per km², kelurahan". */
import type { AreaFigures, Layer, Text } from "../api/types";
import type { Format } from "../format/format";
import type { Shade } from "../screen/shade";
import type { Catalogue } from "../strings/catalogue";

type Say = (text: Text | null) => string;

export function figureTitle(figures: AreaFigures, words: Catalogue, say: Say): string {
  const what = figures.measure === "value" ? say(figures.title) : ofLayer(figures.measure, say(figures.title), say(figures.label), words);
  return [what, perWords(figures.per, words)].filter(Boolean).join(" ");
}

function ofLayer(measure: "count" | "sum" | "mean", layer: string, column: string, words: Catalogue): string {
  const told = words.figures;
  if (measure === "count") return told.count(layer);
  return measure === "sum" ? told.sum(column, layer) : told.mean(column, layer);
}

export function choiceTitle(layer: Layer, shade: Pick<Shade, "measure" | "attribute">, words: Catalogue, say: Say): string {
  const column = layer.columns.find(({ key }) => key === shade.attribute);
  return ofLayer(shade.measure, say(layer.title), say(column?.label ?? null), words);
}

function perWords(per: AreaFigures["per"], words: Catalogue): string {
  if (per === null) return "";
  return per === "area" ? words.figures.perArea : words.figures.perPopulation;
}

/** A figure with its unit: whole counts as they are, others as a glance needs. */
export function figureText(value: number, figures: AreaFigures, format: Format, say: Say): string {
  const number = Number.isInteger(value) ? format.exact(value) : format.glance(value);
  return [number, say(figures.unitText)].filter(Boolean).join(" ");
}

/** "from 163 records, 2 without a figure, 4 outside the areas". */
export function basisText({ n, missing, elsewhere, measure }: AreaFigures, words: Catalogue, format: Format): string {
  const told = words.figures;
  const parts = measure === "value" ? [] : [told.sample(format.exact(n))];
  if (missing) parts.push(told.missing(format.exact(missing)));
  if (elsewhere) parts.push(told.elsewhere(format.exact(elsewhere)));
  return parts.join(", ");
}
