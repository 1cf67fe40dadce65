/** A node of the tree in words: its value, whose it is, and when it was true. */
import type { LineageNode } from "../api/lineage-types";
import { type Format, pick } from "../format/format";
import { periodText } from "../format/period";
import { store } from "../live/store";
import type { Catalogue } from "../strings/catalogue";

const LONGEST = 160;

export function nodeFigure(node: LineageNode, words: Catalogue, format: Format): string {
  const { value, valueText } = node;
  if (value === null || value === undefined) return words.unknown;
  if (valueText) return pick(valueText, format.language);
  if (typeof value === "number") return format.exact(value);
  if (typeof value === "string") return store.areas.find(({ id }) => id === value)?.name ?? value;
  const written = JSON.stringify(value);
  return written.length > LONGEST ? `${written.slice(0, LONGEST)} …` : written;
}

/** A number that is shown as one figure of the city stands: nothing is computed of it. */
export function takenOver({ made, inputs }: LineageNode): boolean {
  return made?.kind === "indicator" && !made.rule && inputs.length > 0;
}

/** "Water level, Tello": an indicator is called by its label alone. */
export function nodeName(node: LineageNode, format: Format): string {
  const label = pick(node.label, format.language);
  if (node.made?.kind === "indicator") return label;
  const name = pick(node.name, format.language) || pick(node.typeTitle, format.language);
  return name && name !== node.value ? `${label}, ${name}` : label;
}

/** When it was true; of a window of many values how many there are, from the first to the last. */
export function nodeTime(node: LineageNode, words: Catalogue, format: Format): string {
  if (node.window) return words.why.window(format.exact(node.window.values), format.moment(node.window.since), format.moment(node.window.until));
  if (node.period) return periodText(node.period, words);
  return node.observedAt ? format.moment(node.observedAt) : words.undated;
}
