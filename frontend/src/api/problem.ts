/** What the server says when it refuses. */
import type { EntryFault } from "./entry";
import type { Text } from "./types";

/** An RFC 7807 problem document. `status` 0: the server did not answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** What is wrong, by field, with something that was typed. */
    readonly errors: readonly EntryFault[] = [],
    /** Why a command was refused. */
    readonly reasons: readonly Text[] = [],
  ) {
    super(detail || title);
  }
}
