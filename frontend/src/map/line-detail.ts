/** How fine the lines of a layer are read: many roughly at first, finer when the map goes closer, never rougher again. */

/** Zooms for which lines are read, from the roughest: each does until one zoom beyond it. */
const DETAILS = [11, 14, 18] as const;
/** As many lines are read as fine as they are at once. */
const FEW = 400;

export function finer(before: number | null, zoom: number, lines: number): number {
  const finest = DETAILS[DETAILS.length - 1] ?? 18;
  const wanted = lines <= FEW ? finest : (DETAILS.find((detail) => zoom <= detail + 1) ?? finest);
  return Math.max(before ?? 0, wanted);
}
