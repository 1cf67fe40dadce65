/** What an update says otherwise than the warning whose place it takes. */
import type { Language } from "../api/types";
import { PARTS, type Part, type Warning } from "../api/warning-types";
import { LANGUAGES } from "./draft";

export type Difference =
  | { of: "words"; language: Language; part: Part; before: string; after: string }
  | { of: "grade"; field: "severity" | "urgency" | "certainty" | "category"; before: string; after: string }
  | { of: "time"; field: "onset" | "expires"; before: string | null; after: string | null }
  | { of: "ground"; before: readonly string[]; after: readonly string[] };

const GRADES = ["severity", "urgency", "certainty", "category"] as const;

export function differences(before: Warning, after: Warning): Difference[] {
  return [...grades(before, after), ...times(before, after), ...ground(before, after), ...words(before, after)];
}

function grades(before: Warning, after: Warning): Difference[] {
  const changed = GRADES.filter((field) => before[field] !== after[field]);
  return changed.map((field) => ({ of: "grade", field, before: before[field], after: after[field] }));
}

function times(before: Warning, after: Warning): Difference[] {
  const fields = (["onset", "expires"] as const).filter((field) => minute(before[field]) !== minute(after[field]));
  return fields.map((field) => ({ of: "time", field, before: before[field], after: after[field] }));
}

/** Seconds are seen by nobody. */
function minute(at: string | null): string | null {
  return at && at.slice(0, 16);
}

function ground(before: Warning, after: Warning): Difference[] {
  const told = ({ areas, polygon, place, radiusKm }: Warning) => JSON.stringify([[...areas].sort(), polygon, place, radiusKm]);
  return told(before) === told(after) ? [] : [{ of: "ground", before: named(before), after: named(after) }];
}

function named({ areas, place }: Warning): string[] {
  return [...areas, ...(place ? [place] : [])];
}

function words(before: Warning, after: Warning): Difference[] {
  return LANGUAGES.flatMap((language) =>
    PARTS.flatMap((part): Difference[] => {
      const [was, is] = [before.words[language]?.[part] ?? "", after.words[language]?.[part] ?? ""];
      return was === is ? [] : [{ of: "words", language, part, before: was, after: is }];
    }),
  );
}
