/** Warnings in the order in which a duty officer asks for them: what waits, what is owed, what holds, what is over. */
import { SEVERITIES, type CapSeverity, type Warning } from "../api/warning-types";

export interface Groups {
  drafts: Warning[];
  toReview: Warning[];
  inForce: Warning[];
  /** Exercises that are running: in force for nobody. */
  exercises: Warning[];
  ended: Warning[];
}

export function grouped(all: readonly Warning[], now: Date): Groups {
  const groups: Groups = { drafts: [], toReview: [], inForce: [], exercises: [], ended: [] };
  for (const warning of all) {
    if (warning.state === "draft") groups.drafts.push(warning);
    else if (holds(warning, now)) groups[warning.exercise ? "exercises" : "inForce"].push(warning);
    else groups.ended.push(warning);
    if (warning.reviewOwed) groups.toReview.push(warning);
  }
  groups.inForce.sort((a, b) => grade(a.severity) - grade(b.severity) || a.expires.localeCompare(b.expires));
  return groups;
}

/** Released, not replaced, and its time is not over. */
export function holds(warning: Warning, now: Date): boolean {
  return warning.state === "released" && warning.kind !== "Cancel" && Date.parse(warning.expires) > now.getTime();
}

function grade(severity: CapSeverity): number {
  return SEVERITIES.indexOf(severity);
}
