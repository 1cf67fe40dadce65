/** Which incidents the queue shows, and in which order. Pure: the address holds the choice. */
import type { Incident, IncidentState } from "../api/types";
import type { IncidentFilter } from "../screen/address";

export const CHOSEN_BY = ["state", "category", "priority", "agency", "area", "channel"] as const;
export type ChosenBy = (typeof CHOSEN_BY)[number];
export type Choice = Partial<Record<ChosenBy, string>>;

const QUIET: readonly IncidentState[] = ["shelved", "suppressed"];

/** `state:open,category:flood` → the choice; what it does not know is left out. */
export function readChoice(text: string | null): Choice {
  const pairs = (text ?? "").split(",").map((part) => part.split(/:(.*)/s).slice(0, 2));
  return Object.fromEntries(pairs.filter(([by, value]) => CHOSEN_BY.some((each) => each === by) && value));
}

/** Null where nothing is chosen. */
export function choiceText(choice: Choice): string | null {
  return CHOSEN_BY.flatMap((by) => (choice[by] ? [`${by}:${choice[by]}`] : [])).join(",") || null;
}

export interface Reader {
  id?: string | undefined;
  name?: string | undefined;
}

export function isMine(incident: Incident, me: Reader): boolean {
  return incident.ownerId !== null ? incident.ownerId === me.id : incident.owner !== null && incident.owner === me.name;
}

/** Whether a list of the queue holds it. What is shelved or suppressed asks nobody: it has a list of its own. */
export function inList(incident: Incident, list: IncidentFilter, me: Reader): boolean {
  const open = incident.state !== "closed";
  const loud = open && !QUIET.includes(incident.state);
  if (list === "open") return loud;
  if (list === "mine") return open && isMine(incident, me);
  if (list === "unowned") return loud && incident.owner === null;
  if (list === "quiet") return QUIET.includes(incident.state);
  return list === "closed" ? !open : true;
}

export function fitsChoice(incident: Incident, choice: Choice): boolean {
  const has: Record<ChosenBy, (value: string) => boolean> = {
    state: (value) => incident.state === value,
    category: (value) => incident.category === value,
    priority: (value) => String(incident.priority ?? "0") === value,
    agency: (value) => incident.leadAgency === value || incident.supportingAgencies.includes(value),
    area: (value) => incident.areas.some((code) => code === value || code.startsWith(`${value}.`)),
    channel: (value) => incident.channel === value,
  };
  return CHOSEN_BY.every((by) => !choice[by] || has[by](choice[by]));
}
