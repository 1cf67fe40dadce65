/** Words of the roster, loaded with it: it is no part of the first view. */
import { screenState } from "../screen/screen";
import type { UnitState } from "../api/dispatch";
import { en } from "./roster-en";
import { id } from "./roster-id";
import { ja } from "./roster-ja";

export interface RosterWords {
  title: string;
  back: string;
  units: string;
  enter: string;
  change: string;
  keep: string;
  cancel: string;
  noUnits: string;
  code: string;
  name: string;
  agency: string;
  capabilities: string;
  longitude: string;
  latitude: string;
  exercise: string;
  state: Record<UnitState, string>;
  seen: (moment: string) => string;
  atBase: string;
  onDuty: string;
  why: string;
  putOff: string;
  strike: string;
  import: string;
  choose: string;
  importHow: string;
  would: (fresh: number, changed: number, same: number, faults: number) => string;
  row: string;
  field: string;
  reason: string;
  becomes: Record<"new" | "changed" | "same", string>;
  faultsFirst: string;
  load: string;
  loaded: (units: number) => string;
  crews: string;
  crewsHow: string;
  noCrews: string;
  unbound: string;
  wholeAgency: string;
  gone: string;
  invited: (until: string) => string;
  speaksFor: string;
  invite: string;
  dismiss: string;
  codeOf: string;
  codeHow: (until: string) => string;
  link: string;
  phones: string;
  linkOpen: (lines: number) => string;
  linkClosed: string;
  silent: string;
  unbind: string;
  verdict: Record<string, string>;
}

const WORDS = { id, en, ja };

export function rosterWords(): RosterWords {
  return WORDS[screenState.language];
}
