/** A value in words: the same for the eye, the tooltip and the screen reader. */
import type { Source, Value } from "../api/types";
import { ageParts, type Format, isMoment, pick } from "../format/format";
import { shortTime } from "../format/period";
import { store } from "../live/store";
import { ailingInput, ailingWords } from "../sources/ailing";
import { ageOf } from "./age";
import type { Catalogue } from "../strings/catalogue";

/** An area that a fact points to is called by its name, not by its address. */
function nameOf(text: string): string {
  return store.areas.find(({ id }) => id === text)?.name ?? text;
}

export function figure(value: Value, words: Catalogue, format: Format, exact = false): string {
  if (value.course) return words.course.count(format.glance(value.course.length));
  if (value.value === null) return words.unknown;
  if (value.valueText) return pick(value.valueText, format.language);
  if (typeof value.value !== "number") {
    const text = String(value.value);
    return isMoment(text) ? format.moment(text) : nameOf(text);
  }
  return exact ? format.exact(value.value) : format.glance(value.value);
}

/** UN/CEFACT: a number of things. */
const COUNTED = "C62";

/** What to print when the writer gave a code and no text: the code says more than nothing. */
export function unitText(value: { unit: string | null; unitText: Value["unitText"] }, format: Format): string {
  if (value.unit === COUNTED && pick(value.unitText, format.language) === COUNTED) return "";
  return pick(value.unitText, format.language) || (value.unit && value.unit !== COUNTED ? value.unit : "");
}

export function ageText(seconds: number, words: Catalogue, format: Format): string {
  const { amount, unit } = ageParts(seconds);
  return words.age[unit](format.glance(amount));
}

export function spokenAge(seconds: number, words: Catalogue, format: Format): string {
  const { amount, unit } = ageParts(seconds);
  return words.age.spoken[unit](format.glance(amount));
}

/** "Kementerian Kesehatan (BPPSDMK); compiled by …" → "Kementerian Kesehatan": the card tells the rest. */
export function shortPublisher(publisher: string): string {
  return publisher.split(/\s*[(;]/)[0] || publisher;
}

/** "Kemendagri"; without a card the writer is named: a number is never nameless. */
export function providerName(value: Value, sources: readonly Source[], words: Catalogue, format: Format): string {
  const card = sources.find((source) => source.id === value.provider);
  if (card) return shortPublisher(card.publisher ?? pick(card.title, format.language));
  if (value.providers && value.providers.length > 1) return words.sourcesOf(format.glance(value.providers.length));
  if (value.provider) return value.provider.split(":").at(-1) ?? value.provider;
  return value.writtenBy ? words.writtenBy(value.writtenBy) : words.noSource;
}

export function spoken(value: Value, sources: readonly Source[], words: Catalogue, format: Format): string {
  const { seconds, state } = ageOf(value, store.clock());
  const ailing = ailingInput(store.now, value);
  const parts = [
    `${pick(value.label, format.language)}: ${figure(value, words, format)} ${unitText(value, format)}`.trim(),
    words.method[value.method ?? "unstated"],
    `${providerName(value, sources, words, format)}, ${shortTime(value, words, format)}`,
    state === "late" && seconds !== null ? words.late(spokenAge(seconds, words, format)) : "",
    state === "dead" ? words.dead : "",
    ailing ? ailingWords(pick(ailing.title, format.language), ailing, words, format, store.clock()) : "",
    ...value.flags.map((flag) => pick(flag.text, format.language)),
  ];
  return parts.filter(Boolean).join(". ");
}
