/** What a crew says of its assignment. */
import type { Keyed } from "../phone/outbox";

export type Act = "accept" | "refuse" | "arrive" | "finish";

export interface Said extends Keyed {
  incident: string;
  act: Act | "photo";
  unit: string;
  reason: string;
  note: string;
  /** When it was so, by the clock of the house. */
  at: string;
  /** A photo as a data address. */
  image?: string;
}
