/** Incidents as the server tells of them. */
import type { LonLat, Text } from "./types";

export type Severity = "danger" | "caution" | "information";
export type IncidentState =
  | "unacknowledged"
  | "acknowledged"
  | "returned"
  | "shelved"
  | "suppressed"
  | "open"
  | "triaged"
  | "dispatched"
  | "onScene"
  | "resolved"
  | "verified"
  | "closed";

export interface Incident {
  id: string;
  title: Text;
  detail: Text | null;
  kind: string;
  state: IncidentState;
  severity: Severity;
  raisedAt: string;
  raisedBy: string;
  rule: Text | null;
  area: string | null;
  location: LonLat | null;
  subject: string | null;
  owner: string | null;
  ownerId: string | null;
  since: string | null;
  closedAt: string | null;
  closedBy: string | null;
  reason: string | null;
  /** It belongs to a replay or a drill: it calls nobody in the city. */
  exercise: boolean;
  channel: Channel;
  areas: readonly string[];
  /** 1 is the highest of 5; null: not set. */
  priority: number | null;
  category: string | null;
  subcategory: string | null;
  injured: number;
  leadAgency: string | null;
  supportingAgencies: readonly string[];
  sent: readonly Sent[];
  /** Its alarm's condition has ended. */
  conditionEnded: boolean;
  suppressedBy: string | null;
  shelvedUntil: string | null;
  /** The incident that it was merged into, or belongs to. */
  group: string | null;
  absorbed: readonly string[];
  /** Why a second person has to verify. */
  asked: "priority" | "injury" | "sample" | null;
  resolvedBy: string | null;
  resolvedById: string | null;
  verifiedBy: string | null;
  /** Reason of a broken glass; `upheld` null: not reviewed. */
  glass: string | null;
  upheld: boolean | null;
  reviewedBy: string | null;
  caller: boolean;
  answerOwed: boolean;
  outcome: "prank" | "information" | "merged" | null;
  resolvedAt: string | null;
  dueAt: string | null;
  clocks: readonly IncidentClock[];
  /** The words of the acts that its state allows. */
  fits: readonly ActName[];
  position: number;
}

export type Channel =
  | "call"
  | "citizen-report"
  | "sensor"
  | "camera"
  | "warning"
  | "forecast"
  | "by-hand"
  | "rule"
  | "source-failure"
  | "other";

/** An agency, or a unit of it, that was asked to come. */
export interface Sent {
  agency: string;
  unit: string | null;
  role: "lead" | "support";
  state: "sent" | "accepted" | "refused" | "withdrawn" | "onScene" | "finished";
  sentAt: string | null;
  acceptedAt: string | null;
  arrivedAt: string | null;
  finishedAt: string | null;
  acceptBy: string;
  arriveBy: string;
  since: string | null;
  reason: string | null;
}

export type ClockName = "acknowledge" | "triage" | "dispatch" | "arrive" | "resolve" | "verify" | "answer" | "accept";

export interface IncidentClock {
  clock: ClockName;
  since: string;
  due: string;
  metAt: string | null;
  agency: string | null;
  unit: string | null;
}

/** How the city works on incidents. */
export interface Operations {
  note: Text | null;
  agencies: readonly { code: string; name: Text; level: "city" | "province" | "nation" }[];
  categories: readonly Category[];
  shelving: { hours: number };
  wall: { seconds: number; most: number; priorities: readonly number[] };
}

export interface Category {
  code: string;
  name: Text;
  lead: string;
  supporting: readonly string[];
  priority: number;
  subcategories: readonly { code: string; name: Text }[];
}

/** The priority by the city's written rules. */
export interface ProposedPriority {
  priority: number;
  reasons: readonly { rule: string; priority: number; text: Text }[];
}

/** The work of one span of time. Seconds; null where nothing was counted. */
export interface OperatorFigures {
  since: string;
  until: string;
  /** How many operators flood control counts on; not known: the city's number. */
  onDuty: number;
  onDutyKnown: boolean;
  alarms: number;
  hours: number;
  alarmsPerHour: number;
  acknowledged: Share;
  triaged: Share;
  verified: Share;
  operators: readonly { name: string; taken: number; closed: number; verified: number; acknowledged: Share }[];
}

/** Median and 90th percentile of how long it took, and how many were in time. */
export interface Share {
  count: number;
  median: number | null;
  p90: number | null;
  inTime: number;
}

export interface Act {
  at: string;
  by: string;
  act: string;
  note: string | null;
  to: string | null;
  reason: string | null;
  /** When it was entered, where that was later (paper). */
  enteredAt?: string | null;
  until?: string;
  priority?: number;
  category?: string;
  agency?: string;
  unit?: string;
  outcome?: string;
  into?: string;
  of?: string;
  asked?: string | null;
  /** Of a line about a procedure: what was done in it, and the words of procedure, step and answer. */
  did?: string;
  drill?: boolean;
  title?: Text;
  what?: Text;
  /** Of a line that tells who was told outside: by which way, and what the receiver's server said. */
  way?: string;
  became?: string;
  said?: string;
  answer?: Text;
}

export type IncidentWithActs = Incident & { acts: Act[] };
export type IncidentAct = {
  act: ActName;
  note?: string;
  to?: string;
  reason?: string;
  until?: string;
  priority?: number;
  category?: string;
  subcategory?: string;
  injured?: number;
  lead?: string;
  agency?: string;
  unit?: string;
  role?: "lead" | "support";
  outcome?: "prank" | "information";
  upheld?: boolean;
  at?: string;
};
export type ActName =
  | "take"
  | "give-back"
  | "note"
  | "task"
  | "hand"
  | "return"
  | "resume"
  | "shelve"
  | "unshelve"
  | "suppress"
  | "release"
  | "open"
  | "triage"
  | "assign"
  | "withdraw"
  | "accept"
  | "refuse"
  | "arrive"
  | "finish"
  | "resolve"
  | "verify"
  | "reject"
  | "break-glass"
  | "review"
  | "answer"
  | "close"
  | "reopen"
  | "merge"
  | "unmerge"
  | "absorb"
  | "part";

/** An open incident that is probably one with an earlier one, `into`: a suggestion. */
export interface Alike {
  incident: string;
  into: string;
  nearest: string;
  metres: number;
  minutes: number;
  score: number;
  why: Text;
}

/** A camera or sensor near an incident. Distance in metres, age in seconds. */
export interface NearThing {
  id: string;
  kind: "camera" | "sensor";
  name: string;
  typeTitle: Text;
  distance: number;
  observedAt: string | null;
  age: number | null;
}
