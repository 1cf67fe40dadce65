/** The words of who is told outside, apart from the catalogue: they are read only when those parts are opened. */
import type { Language } from "../api/types";
import type { Widened } from "./catalogue";
import { told as en } from "./told-en";
import { told as id } from "./told-id";
import { told as ja } from "./told-ja";

export type ToldWords = Widened<typeof id>;

export const TOLD_WORDS: Record<Language, ToldWords> = { id, en, ja };
