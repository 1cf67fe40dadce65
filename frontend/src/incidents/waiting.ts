/** New rows wait behind "3 new" while the pointer is over the list, so that nothing jumps under a hand. */

export interface Shown {
  ids: readonly string[];
  waiting: number;
}

/**
 * What a list shows. `held`: the pointer (or the focus) is in it. While held the order stays, rows that left stay out,
 * and rows that are new only count.
 */
export function arrange(before: readonly string[], now: readonly string[], held: boolean): Shown {
  if (!held) return { ids: now, waiting: 0 };
  const present = new Set(now);
  const kept = before.filter((id) => present.has(id));
  return { ids: kept, waiting: now.length - kept.length };
}
