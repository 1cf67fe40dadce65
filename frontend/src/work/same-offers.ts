/** Offers hardly ever change, and a form of one may be half filled in: the old list stays while it says the same. */
import type { Offer } from "../api/work";

export function sameOffers<T extends Offer>(before: readonly T[], now: readonly T[]): readonly T[] {
  return JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
