/** How the units of the roster are called: read when a name is first asked for, and again for one that is not known. */
import { dispatch } from "../api/dispatch";
import { store } from "../live/store";

const known = new Map<string, string>();
const asked = new Set<string>();

/** The unit's name; until it is there, or where its unit has left the roster, the last part of its id. */
export function unitName(id: string | null | undefined): string | null {
  if (!id) return null;
  const name = known.get(id);
  if (name === undefined && id.startsWith("urn:") && !asked.has(id)) {
    asked.add(id);
    void dispatch
      .roster()
      .then(({ units }) => units.forEach((unit) => known.set(unit.id, unit.name)))
      .then(() => store.keep([]))
      .catch(() => asked.delete(id));
  }
  return name ?? id.slice(id.lastIndexOf(":") + 1);
}
