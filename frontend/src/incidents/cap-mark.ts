/** How the console marks a severity of CAP: by the same three shapes as its events. */
import type { Severity } from "../api/types";
import type { CapSeverity } from "../api/warning-types";

export function markOf(severity: CapSeverity | null): Severity {
  if (severity === "Extreme" || severity === "Severe") return "danger";
  return severity === "Moderate" ? "caution" : "information";
}
