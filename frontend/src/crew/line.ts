/** The line to the house. Whatever goes wrong on the way is "no line": what was said waits and is sent again. */
import { call, ending, json } from "../phone/call";
import type { Ending } from "../phone/outbox";
import type { Said } from "./said";
import type { Fix, Handed } from "./whereabouts";

export type Words = Record<"id" | "en" | "ja", string>;

export interface Clock {
  clock: string;
  due: string;
  metAt: string | null;
  agency: string | null;
}

export interface Assignment {
  incident: string;
  title: Words | null;
  detail: Words | null;
  priority: number | null;
  category: Words | null;
  subcategory: Words | null;
  injured: number;
  area: string | null;
  location: [number, number] | null;
  exercise: boolean;
  unit: string | null;
  unitName: string | null;
  state: "sent" | "accepted" | "onScene" | "finished" | "refused" | "withdrawn";
  sentAt: string;
  clocks: Clock[];
}

/** Whether the house wants to know where the unit is, and when it last knew. */
export interface Position {
  wanted: boolean;
  seenAt: string | null;
}

export interface Told {
  now: string;
  name: string;
  agency: string;
  agencyName: Words | null;
  unitName: string | null;
  position: Position | null;
  assignments: Assignment[];
}

export type Heard = { told: Told } | { no: "no-line" | "sign-in" | "no-crew" };

const PATH = "/pinisi/v1/crew/assignments";
const POSITION = "/pinisi/v1/crew/position";

export async function ask(): Promise<Heard> {
  const answer = await call(PATH, {});
  if (!answer || answer.status >= 500) return { no: "no-line" };
  if (answer.status === 401) return { no: "sign-in" };
  if (!answer.ok) return { no: "no-crew" };
  return { told: (await answer.json()) as Told };
}

export async function send(said: Said): Promise<Ending> {
  const where = `${PATH}/${encodeURIComponent(said.incident)}`;
  return ending(await (said.act === "photo" ? sendPhoto(where, said) : sendAct(where, said)));
}

/** What was taken is forgotten, and what is refused for good too: a position is no word that must arrive. */
export async function hand(fixes: Fix[]): Promise<Handed> {
  const answer = await call(POSITION, json({ fixes }));
  if (!answer || answer.status >= 500 || answer.status === 429 || answer.status === 401) return { later: true };
  return answer.ok ? { position: (await answer.json()) as Position } : { position: { wanted: false, seenAt: null } };
}

function sendAct(where: string, said: Said): Promise<Response | null> {
  const { act, key, unit, reason, note, at } = said;
  return call(`${where}/acts`, json({ act, key, unit, reason, note, at }));
}

async function sendPhoto(where: string, said: Said): Promise<Response | null> {
  const query = new URLSearchParams({ key: said.key, at: said.at, note: said.note });
  const [head = "", data = ""] = (said.image ?? "").split(",");
  const body = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const type = head.slice("data:".length).split(";")[0] ?? "image/jpeg";
  return call(`${where}/photos?${query}`, { method: "POST", headers: { "content-type": type }, body });
}
