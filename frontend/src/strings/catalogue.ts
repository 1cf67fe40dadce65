/** The shape of a language: Indonesian states it, and a language that misses a word does not compile. */
import type { Language } from "../api/types";
import { en } from "./en";
import { id } from "./id";
import { ja } from "./ja";

export type Widened<T> = T extends (...given: infer G) => string
  ? (...given: G) => string
  : T extends string
    ? string
    : { readonly [K in keyof T]: Widened<T[K]> };

export type Catalogue = Widened<typeof id>;

export const CATALOGUES: Record<Language, Catalogue> = { id, en, ja };
export const LANGUAGE_NAMES: Record<Language, string> = { id: "Bahasa Indonesia", en: "English", ja: "日本語" };
