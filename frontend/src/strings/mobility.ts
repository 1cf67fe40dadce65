/** Words of the components of mobility: loaded with them, not with the console. Indonesian states their shape. */
import type { Language } from "../api/types";
import type { Widened } from "./catalogue";
import { en } from "./mobility-en";
import { id } from "./mobility-id";
import { ja } from "./mobility-ja";

export type MobilityWords = Widened<typeof id>;
export type BusWords = MobilityWords["buses"];

export const MOBILITY: Record<Language, MobilityWords> = { id, en, ja };
