/** The words of the screens of warnings, apart from the catalogue: they are read only when those are opened. */
import type { Language } from "../api/types";
import type { Widened } from "./catalogue";
import { warnings as en } from "./warnings-en";
import { warnings as id } from "./warnings-id";
import { warnings as ja } from "./warnings-ja";

export type WarningWords = Widened<typeof id>;

export const WARNING_WORDS: Record<Language, WarningWords> = { id, en, ja };
