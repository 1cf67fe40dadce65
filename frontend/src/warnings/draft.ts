/** A warning while it is worded: what stands in the form, where its words come from, and what is sent. */
import type { Language } from "../api/types";
import type { ReceivedWarning, Warning, WarningSaid, WarningTemplate, WarningWish, Wording } from "../api/warning-types";
import { PARTS, type Part } from "../api/warning-types";
import { fieldText, fromField } from "../time/zoned";

export const LANGUAGES: readonly Language[] = ["id", "en", "ja"];
const HOUR_MS = 3_600_000;
const USUAL_HOURS = 6;
export const PLACE = "{place}";

export type Words = Record<Language, Record<Part, string>>;

/** `onset` and `expires` as a field of the city's time zone has them; an empty onset means from now on. */
export interface DraftForm extends Omit<WarningSaid, "words" | "expires"> {
  words: Words;
  /** `id.headline`: typed by a person, so that no template touches it. */
  own: ReadonlySet<string>;
  template: string;
  onset: string;
  expires: string;
  incident: string;
  about: string;
}

function noWords(): Words {
  const empty = () => ({ event: "", headline: "", description: "", instruction: "" });
  return { id: empty(), en: empty(), ja: empty() };
}

/** The next full five minutes, so that nobody reads odd ones. */
export function endingAfter(hours: number, now: Date, zone: string): string {
  const step = 300_000;
  return fieldText(new Date(Math.ceil((now.getTime() + hours * HOUR_MS) / step) * step), zone).slice(0, 16);
}

export function freshForm(now: Date, zone: string, contact = ""): DraftForm {
  return {
    words: noWords(),
    own: new Set(),
    template: "",
    category: "Met",
    urgency: "Expected",
    severity: "Moderate",
    certainty: "Likely",
    responses: [],
    onset: "",
    expires: endingAfter(USUAL_HOURS, now, zone),
    areas: [],
    polygon: null,
    place: "",
    radiusKm: 1,
    web: "",
    contact,
    exercise: false,
    incident: "",
    about: "",
  };
}

/** What the template says, wherever nobody has typed; its grades and its hours. */
export function withTemplate(form: DraftForm, template: WarningTemplate, place: string, now: Date, zone: string): DraftForm {
  const { code, category, urgency, severity, certainty, responses, hours } = template;
  const graded = { ...form, template: code, category, urgency, severity, certainty, responses, expires: endingAfter(hours, now, zone) };
  return filled(graded, template, place);
}

/** The words of the template anew for another place; what was typed stays. */
export function filled(form: DraftForm, template: WarningTemplate | null, place: string): DraftForm {
  const words = noWords();
  for (const language of LANGUAGES) {
    for (const part of PARTS) {
      const own = form.own.has(`${language}.${part}`);
      const said = template?.words[language]?.[part] ?? "";
      words[language][part] = own ? form.words[language][part] : said.replaceAll(PLACE, place);
    }
  }
  return { ...form, words };
}

export function typed(form: DraftForm, language: Language, part: Part, text: string): DraftForm {
  const words = { ...form.words, [language]: { ...form.words[language], [part]: text } };
  return { ...form, words, own: new Set([...form.own, `${language}.${part}`]) };
}

function isWorded(words: Record<Part, string>): boolean {
  return PARTS.some((part) => words[part].trim() !== "");
}

/** Where the words of a language come from; `missing`: whoever reads only this one reads nothing. */
export function originOf(form: DraftForm, language: Language): "missing" | "own" | "template" | "both" {
  const words = form.words[language];
  if (!isWorded(words)) return "missing";
  const said = PARTS.filter((part) => words[part].trim() !== "");
  const own = said.filter((part) => form.own.has(`${language}.${part}`)).length;
  return own === said.length ? "own" : own === 0 ? "template" : "both";
}

/** What is sent; a language without words is left out, not sent empty. */
export function wishOf(form: DraftForm, zone: string): WarningWish {
  const { words, onset, expires, category, urgency, severity, certainty, responses } = form;
  const { areas, polygon, place, radiusKm, web, contact, exercise, incident, about } = form;
  const worded = LANGUAGES.filter((language) => isWorded(words[language]));
  return {
    ...{ category, urgency, severity, certainty, responses, areas, polygon, place, radiusKm, web, contact, exercise, incident, about },
    words: Object.fromEntries(worded.map((language) => [language, trimmed(words[language])])),
    onset: moment(onset, zone),
    expires: moment(expires, zone),
  };
}

function trimmed(words: Record<Part, string>): Wording {
  return Object.fromEntries(PARTS.map((part) => [part, words[part].trim()])) as Wording;
}

function moment(text: string, zone: string): string {
  return (text && fromField(text, zone)?.toISOString()) || "";
}

/** A draft to be changed, or a warning to be brought up to date: all its words count as typed. */
export function formOf(warning: Warning, zone: string, about: string): DraftForm {
  const words = noWords();
  const own = new Set<string>();
  for (const language of LANGUAGES) {
    for (const part of PARTS) {
      words[language][part] = warning.words[language]?.[part] ?? "";
      if (words[language][part]) own.add(`${language}.${part}`);
    }
  }
  const { category, urgency, severity, certainty, responses, areas, polygon, place, radiusKm, web, contact, exercise } = warning;
  return {
    ...{ category, urgency, severity, certainty, responses, areas, polygon, place, radiusKm, web, contact, exercise },
    words,
    own,
    template: "",
    onset: warning.onset ? fieldText(new Date(warning.onset), zone).slice(0, 16) : "",
    expires: fieldText(new Date(warning.expires), zone).slice(0, 16),
    incident: warning.incident ?? "",
    about,
  };
}

/** A warning of others passed on: their words where they have some, their ground, their times. */
export function forwarded(from: ReceivedWarning, base: DraftForm, zone: string): DraftForm {
  const words = noWords();
  const own = new Set<string>();
  const sources = { event: from.event, headline: from.name, description: from.description, instruction: from.instruction };
  for (const part of PARTS) {
    for (const language of LANGUAGES) {
      const said = sources[part];
      const text = typeof said === "string" ? (language === "id" ? said : "") : (said?.[language] ?? "");
      words[language][part] = text;
      if (text) own.add(`${language}.${part}`);
    }
  }
  const ground = from.location?.type === "Polygon" || from.location?.type === "MultiPolygon" ? from.location : null;
  return {
    ...base,
    words,
    own,
    urgency: from.urgency,
    severity: from.severity,
    certainty: from.certainty,
    polygon: ground,
    place: from.areaServed ?? from.area ?? "",
    web: from.url ?? "",
    onset: from.from ? fieldText(new Date(from.from), zone).slice(0, 16) : "",
    expires: from.until ? fieldText(new Date(from.until), zone).slice(0, 16) : base.expires,
  };
}
