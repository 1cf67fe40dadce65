/** The operator's queue: what is open, what comes first. */
import type { Incident, Severity } from "../api/types";

export type Incidents = ReadonlyMap<string, Incident>;

const WEIGHT: Record<Severity, number> = { danger: 0, caution: 1, information: 2 };

/** Newer pictures of an incident replace older ones; an older one never replaces a newer. */
export function merge(before: Incidents, incoming: readonly Incident[]): Incidents {
  const merged = new Map(before);
  for (const incident of incoming) {
    const known = merged.get(incident.id);
    if (!known || known.position <= incident.position) merged.set(incident.id, incident);
  }
  return merged;
}

export function isOpen(incident: Incident): boolean {
  return incident.state !== "closed";
}

/** Untaken before taken, then by priority, danger before caution, newest first; what has ended by itself comes last. */
export function inOrderOfUrgency(incidents: Iterable<Incident>): Incident[] {
  return [...incidents].sort(
    (a, b) =>
      Number(a.state === "returned") - Number(b.state === "returned") ||
      Number(Boolean(a.owner)) - Number(Boolean(b.owner)) ||
      (a.priority ?? 3) - (b.priority ?? 3) ||
      WEIGHT[a.severity] - WEIGHT[b.severity] ||
      b.raisedAt.localeCompare(a.raisedAt),
  );
}

export function newestFirst(incidents: Iterable<Incident>): Incident[] {
  return [...incidents].sort((a, b) => (b.since ?? b.raisedAt).localeCompare(a.since ?? a.raisedAt));
}
