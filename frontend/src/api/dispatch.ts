/** Units and dispatch: the roster, which units to send, photos of crews. */
import { ask, send } from "./client";
import { ofTenant } from "./tenant";
import type { NearThing } from "./incident-types";
import type { LonLat, Text } from "./types";

export type UnitState = "free" | "enRoute" | "onScene" | "returning" | "off";

export interface Unit {
  id: string;
  name: string;
  agency: string;
  capabilities: string[];
  state: UnitState;
  base: LonLat;
  position: LonLat | null;
  observedAt: string | null;
  incident: string | null;
  exercise: boolean;
}

export interface Candidate extends Unit {
  chosen: boolean;
  /** Seconds. */
  travel: number;
  coverText: Text;
  covers: string[];
  /** Seconds since it was seen; null: it stands at its base. */
  positionAge: number | null;
  positionStale: boolean;
  stretched: boolean;
}

export interface Recommendation {
  needed: Record<string, number>;
  method: Text;
  roads: Text | null;
  how: Text;
  demand: Text;
  candidates: Candidate[];
  lacking: string[];
  missing: Text | null;
}

export interface Roster {
  units: Unit[];
  missing: Text | null;
  capabilities: { code: string; name: Text }[];
  agencies: { code: string; name: Text }[];
}

export interface Photo {
  key: string;
  agency: string;
  note: string;
  takenAt: string;
  href: string;
}

const of = (incident: string) => `incidents/${encodeURIComponent(incident)}`;

export const dispatch = {
  roster: () => ask<Roster>("units"),
  recommendation: (incident: string) => ask<Recommendation>(`${of(incident)}/recommendation`),
  nearby: async (incident: string) => (await ask<{ things: NearThing[] }>(`${of(incident)}/nearby`)).things,
  photos: async (incident: string) => (await ask<{ photos: Photo[] }>(`${of(incident)}/photos`)).photos,
  picture: (photo: Photo) => ofTenant(photo.href),
  assign: (incident: string, unit: Unit) =>
    send<unknown>(`${of(incident)}/acts`, { act: "assign", agency: unit.agency, unit: unit.id, role: "support" }),
};
