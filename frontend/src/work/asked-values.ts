/** From what somebody typed into a form to what is sent; what cannot be read is sent as it stands, to be told so. */
import type { AskedField } from "../api/work";
import type { Language } from "../api/types";
import { readNumber, writeNumber } from "../entry/read-number";
import { fromField } from "../time/zoned";

/** Of which language and which zone the typed words are. */
export interface Reading {
  language: Language;
  timeZone: string;
}

/** The value of one field; undefined: nothing was said of it. */
export function readField(field: AskedField, text: string, reading: Reading): unknown {
  if (!field.many) return readOne(field, text, reading);
  const said = text
    .split("\n")
    .map((line) => readOne(field, line, reading))
    .filter((value) => value !== undefined);
  return said.length > 0 ? said : undefined;
}

function readOne(field: AskedField, typed: string, { language, timeZone }: Reading): unknown {
  const text = typed.trim();
  if (field.kind === "yesno") return text === "true";
  if (!text) return undefined;
  switch (field.kind) {
    case "number":
    case "whole":
      return readNumber(text, language) ?? text;
    case "choice":
      return field.choices.find(({ value }) => String(value) === text)?.value ?? text;
    case "moment":
      return fromField(text, timeZone)?.toISOString() ?? text;
    case "json":
      return parsed(text);
    default:
      return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What stands in a field at first: what counts when nothing is said. */
export function firstText({ kind, many, default: value }: AskedField, language: Language): string {
  if (value === null || value === undefined) return "";
  if (many && Array.isArray(value)) return value.map(String).join("\n");
  if (typeof value === "number" && kind !== "choice") return writeNumber(value, language);
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** The field that a fault of the server speaks of: `wells[1]` is `wells`. */
export function fieldOf(path: string): string {
  return path.replace(/^(input|command)\./, "").replace(/[.[].*$/, "");
}
