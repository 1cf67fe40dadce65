/** The shapes of what people type. */
import type { Text } from "./types";

export interface FormField {
  name: string;
  label: Text;
  kind: "text" | "words" | "number" | "year" | "choice";
  unit: string | null;
  units: { code: string; text: Text }[];
  choices: { value: string; text: Text | null }[];
  required: boolean;
  value: string | number | null;
  period: string | null;
}

/** What can be typed of a type, or of one entity. */
export interface EntryForm {
  type: string;
  title: Text;
  creates: boolean;
  placed: boolean;
  fields: FormField[];
  offices: { id: string; name: string }[];
}

export interface EntryFault {
  field: string;
  reason: Text;
}

/** What became of typed values; `late` of them were older than what stands. */
export interface Entered {
  entity: string;
  position: number;
  late: number;
}
