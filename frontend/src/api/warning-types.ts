/** The shapes of warnings, as docs/reference/warnings.md states them. */
import type { Geometry, MultiPolygon, Point, Polygon } from "geojson";
import type { Language, Text } from "./types";

export const URGENCIES = ["Immediate", "Expected", "Future", "Past", "Unknown"] as const;
export const SEVERITIES = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"] as const;
export const CERTAINTIES = ["Observed", "Likely", "Possible", "Unlikely", "Unknown"] as const;
export const CATEGORIES = ["Met", "Geo", "Fire", "Env", "Health", "Safety", "Security", "Rescue", "Transport", "Infra", "CBRNE", "Other"] as const;
export const RESPONSES = ["Evacuate", "Shelter", "Avoid", "Prepare", "Monitor", "Execute", "Assess", "AllClear", "None"] as const;
export const PARTS = ["event", "headline", "description", "instruction"] as const;

export type Urgency = (typeof URGENCIES)[number];
export type CapSeverity = (typeof SEVERITIES)[number];
export type Certainty = (typeof CERTAINTIES)[number];
export type CapCategory = (typeof CATEGORIES)[number];
export type ResponseType = (typeof RESPONSES)[number];
export type Part = (typeof PARTS)[number];
export type Wording = Record<Part, string> & { place?: string };
export type Ground = Point | Polygon | MultiPolygon;

/** What a warning says, whether it is a wish or kept. Times are UTC. */
export interface WarningSaid {
  words: Partial<Record<Language, Wording>>;
  category: CapCategory;
  urgency: Urgency;
  severity: CapSeverity;
  certainty: Certainty;
  responses: readonly ResponseType[];
  expires: string;
  areas: readonly string[];
  polygon: Ground | null;
  place: string;
  radiusKm: number;
  web: string;
  contact: string;
  exercise: boolean;
}

export type WarningWish = WarningSaid & { onset: string; incident: string; about: string };

export interface WarningStep {
  step: "draft" | "change" | "withdraw" | "release" | "review";
  at: string;
  by: string;
  name: string;
  reason: string;
}

export interface Warning extends WarningSaid {
  id: string;
  kind: "Alert" | "Update" | "Cancel";
  state: "draft" | "withdrawn" | "released" | "replaced" | "cancelled";
  expired: boolean;
  about: string | null;
  identifier: string | null;
  sent: string | null;
  signature: string | null;
  alone: string | null;
  onset: string | null;
  incident: string | null;
  reviewOwed: boolean;
  steps: readonly WarningStep[];
}

export interface WarningFault {
  /** As the draft names it (`words.id.headline`); `draft` where it is of none alone. */
  field: string;
  rule: string;
  weight: "error" | "warning" | "note";
  clause: string;
  reason: Text;
}

/** What the signature of a message would be that goes out now. */
export interface Signing {
  state: "signed" | "no-key" | "no-extra" | "bad-key" | "expired";
  name: string | null;
  until: string | null;
  detail: string | null;
}

export interface Proof {
  fit: boolean;
  faults: readonly WarningFault[];
  /** The public page's own HTML, by language, and its style. */
  pages: Partial<Record<Language, string>>;
  style: string;
  ground: Geometry | null;
  places: readonly string[];
  /** All kelurahan under a drawn polygon, those first of which it covers most. */
  touched?: readonly { code: string; name: string }[];
  signing: Signing;
}

export interface WarningTemplate {
  code: string;
  incidents: readonly string[];
  category: CapCategory;
  urgency: Urgency;
  severity: CapSeverity;
  certainty: Certainty;
  responses: readonly ResponseType[];
  hours: number;
  words: Partial<Record<Language, Record<Part, string>>>;
}

export interface WarningTemplates {
  contact: string;
  own: boolean;
  fault: string | null;
  templates: readonly WarningTemplate[];
}

export type SignatureVerdict =
  | "valid"
  | "unsigned"
  | "tampered"
  | "misplaced"
  | "weak"
  | "untrusted"
  | "expired"
  | "not-yet-valid"
  | "unchecked";

/** A warning of others. */
export interface ReceivedWarning {
  id: string;
  name: Text | string | null;
  event: Text | string | null;
  description: Text | string | null;
  instruction: Text | string | null;
  severity: CapSeverity;
  urgency: Urgency;
  certainty: Certainty;
  alertStatus: string | null;
  alertSource: string | null;
  areaServed: string | null;
  area: string | null;
  signatureVerdict: SignatureVerdict | null;
  signedBy: string | null;
  url: string | null;
  issued: string | null;
  from: string | null;
  until: string | null;
  location: Geometry | null;
}

/** The verdict on a message that somebody was handed. */
export interface Verdict {
  judgement: { version: string | null; findings: readonly { rule: string; weight: string; path: string; clause: string; reason: Text }[] };
  signature: { verdict: SignatureVerdict; reason: Text; signer: string };
}
