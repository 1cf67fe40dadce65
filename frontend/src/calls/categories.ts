/** What can have happened, found by any beginning of its words in any of the console's languages. */
import type { CallCategory } from "../api/calls";
import type { Text } from "../api/types";
import type { Choice } from "./pick-box";

const SEPARATOR = " ";

export function categoryKey(category: string, subcategory: string): string {
  return `${category}${SEPARATOR}${subcategory}`;
}

export function categoryOf(key: string): { category: string; subcategory: string } {
  const [category = "", subcategory = ""] = key.split(SEPARATOR);
  return { category, subcategory };
}

interface Entry extends Choice {
  words: string[];
}

function entries(categories: readonly CallCategory[], say: (text: Text) => string): Entry[] {
  return categories.flatMap((category) => {
    const name = say(category.name);
    const own: Entry = { key: categoryKey(category.code, ""), name, detail: "", words: wordsOf(category.name, category.code) };
    const below = category.subcategories.map((sub) => ({
      key: categoryKey(category.code, sub.code),
      name: `${name} · ${say(sub.name)}`,
      detail: "",
      words: [...wordsOf(sub.name, sub.code), ...wordsOf(category.name, category.code)],
    }));
    return [own, ...below];
  });
}

function wordsOf(text: Text, code: string): string[] {
  return `${Object.values(text).join(" ")} ${code.replaceAll("-", " ")}`.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** Every typed word has to begin a word of the entry; Japanese, which has no spaces, may stand anywhere in one. */
export function findCategories(typed: string, categories: readonly CallCategory[], say: (text: Text) => string): Choice[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const begins = (word: string, part: string) => word.startsWith(part) || (/[^\u0000-\u024f]/.test(part) && word.includes(part));
  const rank = (entry: Entry) => (entry.words[0]?.startsWith(wanted[0] ?? "") ? 0 : 1);
  return entries(categories, say)
    .filter((entry) => wanted.every((part) => entry.words.some((word) => begins(word, part))))
    .sort((one, other) => rank(one) - rank(other) || one.words.length - other.words.length)
    .slice(0, 8)
    .map(({ key, name, detail }) => ({ key, name, detail }));
}
