/** Words about warnings that are shown everywhere; the rest is in `warnings-en.ts`. */
import type { Catalogue } from "./catalogue";

export const warned: Catalogue["warned"] = {
  title: "Warnings",
  inForce: (n) => (n === "1" ? "1 warning in force" : `${n} warnings in force`),
  none: "No warning is in force",
  drafts: (n) => `${n} waiting for release`,
  toReview: (n) => `${n} to be reviewed`,
  severity: { Extreme: "Extreme", Severe: "Severe", Moderate: "Moderate", Minor: "Minor", Unknown: "Severity unknown" },
  waiting: (n) => `${n} waiting`,
  give: "Give a warning",
  drawing: { polygon: "Click the corners. Enter: done, Backspace: last corner away, Esc: stop.", circle: "Click the centre. Esc: stop.", point: "Click a point. Esc: stop.", line: "Click the stops in order. Enter: done, Backspace: last one away, Esc: stop." },
};
