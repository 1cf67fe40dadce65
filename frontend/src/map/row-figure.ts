/** The one figure that a row shows beside its name: the first number of its layer that has a unit. */
import type { Layer } from "../api/types";
import { type Format, pick } from "../format/format";
import type { Row } from "../live/table";
import { unitText } from "../value/words";

/** Where rows of one column differ in unit the column has none, and a bare number would mislead. */
export function rowFigure(layer: Layer, row: Row, format: Format): string {
  for (const column of layer.columns) {
    const value = row.cells[column.key];
    const unit = unitText(column, format);
    if (typeof value === "number" && unit) return `${format.glance(value)} ${unit}`;
  }
  return "";
}

/** Its figure, or else the first word that its layer keeps of it; code words in the language of the reader. */
export function rowNote(layer: Layer, row: Row, format: Format): string {
  const told = layer.columns.find(({ key }) => typeof row.cells[key] === "string");
  const word = told ? String(row.cells[told.key]) : "";
  return rowFigure(layer, row, format) || pick(told?.texts[word] ?? null, format.language) || word;
}
