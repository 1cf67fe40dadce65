/** Which shade or width a thing has that is drawn as ground or line: the place of its value among the classes of its layer. */
import type { Layer } from "../api/types";
import type { Row } from "../live/table";

/** How much of the ground beneath a class hides, from the lightest to the darkest. */
export const SHADES = [0.25, 0.4, 0.55, 0.7, 0.85];

/** How wide a line of a class is, in pixels at zoom 14; of one without a class, and of a layer without classes. */
export const WIDTHS = [1.6, 3, 4.6, 5.6, 6.6];
export const UNCLASSED = 1;
export const ALIKE = 1.8;

/** The place of a row among the classes of its layer; -1 of one that has none of their values. */
export function levelOf(layer: Layer, row: Row): number {
  const [column] = layer.columns;
  return column ? layer.classes.findIndex(({ value }) => value === row.cells[column.key]) : -1;
}
