/** The one figure that a row shows beside its name: its layer's first column. */
import type { Layer } from "../api/types";
import type { Format } from "../format/format";
import { unitText } from "../value/words";
import type { Row } from "../live/table";

export function rowFigure(layer: Layer, row: Row, format: Format): string {
  const column = layer.columns.find(({ key }) => typeof row.cells[key] === "number");
  if (!column) return "";
  const value = row.cells[column.key];
  return typeof value === "number" ? `${format.glance(value)} ${unitText(column, format)}`.trim() : "";
}
