/** A value that a component was told outside an entity: whoever makes one says method, source and time, as of any other. */
import type { Value } from "../api/types";

export function madeValue(given: Partial<Value> & Pick<Value, "label" | "value" | "method">): Value {
  return {
    unit: null,
    unitText: null,
    derived: null,
    provider: null,
    writtenBy: null,
    observedAt: null,
    receivedAt: null,
    period: null,
    state: given.observedAt ? "fresh" : "undated",
    ageDays: null,
    flags: [],
    entity: null,
    attribute: null,
    datasetId: null,
    ...given,
  };
}
