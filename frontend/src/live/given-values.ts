/** Values that a component of a service shows: kept here while they are on the screen, so that the drawer finds them. */
import type { Value } from "../api/types";

const given = new Map<string, Map<string, Value>>();

/** The address of the drawer of a value that a component shows. */
export function valueAddress({ entity, attribute, datasetId, label }: Value): string {
  return ["of", entity ?? "-", attribute ?? (label.en ?? "").replaceAll(" ", "_"), datasetId].filter(Boolean).join(" ");
}

/** Takes the place of what the same component gave before; nothing takes it away. */
export function giveValues(component: string, values: readonly Value[]): void {
  if (values.length === 0) given.delete(component);
  else given.set(component, new Map(values.map((value) => [valueAddress(value), value])));
}

export function givenValue(address: string): Value | null {
  for (const values of given.values()) {
    const found = values.get(address);
    if (found) return found;
  }
  return null;
}
