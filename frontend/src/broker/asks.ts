/** What a subscription asks for, in words. */
import type { Asks, Subscription } from "../api/broker";
import type { Format } from "../format/format";
import type { AsksWords } from "../strings/broker";

const LONGEST_LIST = 4;
const QUOTED = /("(?:[^"\\]|\\.)*")/;
const OPERATORS: readonly [RegExp, string][] = [
  [/!~=/g, " !~ "],
  [/~=/g, " ~ "],
  [/==/g, " = "],
  [/!=/g, " ≠ "],
  [/>=/g, " ≥ "],
  [/<=/g, " ≤ "],
  [/>(?! )/g, " > "],
  [/<(?! )/g, " < "],
];

/** Several clauses, from what wakes it to what narrows it. */
export function asksInWords({ asks, kind }: Pick<Subscription, "asks" | "kind">, words: AsksWords, format: Format): string[] {
  const of = subject(asks, words);
  return [
    ...(kind === "registrations" ? [words.registrations(of)] : wakers(asks, of, words, format)),
    ...(asks.q ? [words.when(queryInWords(asks.q, words))] : []),
    ...(asks.csf ? [words.when(queryInWords(asks.csf, words))] : []),
    ...(asks.area ? [place(asks.area.georel ?? "", words, format)] : []),
    ...(asks.scopes ? [words.scopes(asks.scopes)] : []),
    ...(asks.attributes.length ? [words.tells(few(asks.attributes))] : []),
    ...(asks.throttling ? [words.atMost(words.seconds(format.exact(asks.throttling)))] : []),
  ];
}

function subject({ types, ids, patterns }: Asks, words: AsksWords): string {
  const kinds = types.length ? few(types) : words.any;
  if (ids.length) return `${kinds} (${words.named(few(ids))})`;
  return patterns.length ? `${kinds} (${words.like(few(patterns))})` : kinds;
}

function wakers(asks: Asks, of: string, words: AsksWords, format: Format): string[] {
  if (asks.every) return [words.every(of, words.seconds(format.exact(asks.every)))];
  const on = new Set(asks.triggers.map((each) => each.toLowerCase()));
  const created = on.has("entitycreated") || on.has("entitycreate");
  const deleted = on.has("entitydeleted") || on.has("entitydelete");
  const changes = on.size === 0 || [...on].some((each) => each.startsWith("attribute") || /^entity(updated?|changed?)$/.test(each));
  return [
    ...(changes ? [asks.watched.length ? words.changes(few(asks.watched), of) : words.changesAny(of)] : []),
    ...(created ? [words.created(of)] : []),
    ...(deleted ? [words.deleted(of)] : []),
  ];
}

/** `speed>50;brand=="X"` → `speed > 50 and brand = "X"`; what is quoted stays as it is. */
export function queryInWords(q: string, words: Pick<AsksWords, "and" | "or">): string {
  return q
    .split(QUOTED)
    .map((part) => (part.startsWith('"') ? part : unquoted(part, words)))
    .join("")
    .replace(/\s+/g, " ")
    .trim();
}

function unquoted(part: string, { and, or }: Pick<AsksWords, "and" | "or">): string {
  const said = OPERATORS.reduce((text, [sign, shown]) => text.replace(sign, shown), part);
  return said.replace(/;/g, ` ${and} `).replace(/\|/g, ` ${or} `);
}

function place(georel: string, words: AsksWords, format: Format): string {
  const far = /^near;(max|min)Distance[=:]=?(\d+(?:\.\d+)?)$/.exec(georel);
  if (!far) return words.area(georel);
  const distance = format.distance(Number(far[2]));
  return far[1] === "max" ? words.near(distance) : words.far(distance);
}

/** The first of a list, and how many more there are. */
export function few(names: readonly string[]): string {
  const shown = names.slice(0, LONGEST_LIST).map(shortName).join(", ");
  return names.length > LONGEST_LIST ? `${shown} +${names.length - LONGEST_LIST}` : shown;
}

/** The word that people know: the end of an address that is an IRI; anything else as it is. */
export function shortName(name: string): string {
  return /^https?:\/\/.*[/#]([^/#]+)$/.exec(name)?.[1] ?? name;
}
