/** All junctions of the city (`GET services/mobility/signals`), those in trouble first. */
import type { Mode } from "./junction-live";

export interface SignalRow {
  junction: string;
  name: string;
  at: string | null;
  alive: boolean | null;
  method: "reported" | "simulated" | null;
  /** Card of the source that tells it. */
  provider: string | null;
  mode: Mode | null;
  control: Mode | null;
  reason: string;
  plan: string;
  standing: number | null;
  heard: number;
  detectors: number;
  asPlanned: number | null;
  saved: number | null;
}

export type Health = "none" | "well" | "fallen" | "cut";

/** A cut link before a plan that is back; a junction without control is in no trouble. */
export function healthOf({ control, alive, reason }: SignalRow): Health {
  if (control === null) return "none";
  if (!alive) return "cut";
  return reason && reason !== "start" ? "fallen" : "well";
}

const ORDER: Record<Health, number> = { cut: 0, fallen: 1, well: 2, none: 3 };

export function inTroubleFirst(rows: readonly SignalRow[]): SignalRow[] {
  return [...rows].sort((a, b) => ORDER[healthOf(a)] - ORDER[healthOf(b)] || a.name.localeCompare(b.name));
}
