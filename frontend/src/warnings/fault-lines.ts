/** What is wrong with a field, in words, and by which rule. */
import { html } from "lit";
import type { Text } from "../api/types";
import type { WarningFault } from "../api/warning-types";
import type { WarningWords } from "../strings/warnings";

export function faultLines(faults: readonly WarningFault[], words: WarningWords, say: (text: Text) => string) {
  return faults.map(
    ({ rule, weight, clause, reason }) => html`<p class="fault ${weight === "note" ? "note" : ""}">${rule === "info.none" ? words.noWords : say(reason)} <span class="small">${words.clause(clause)}</span></p>`,
  );
}
