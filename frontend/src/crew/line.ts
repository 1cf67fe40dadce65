/** The line to the house. Whatever goes wrong on the way is "no line": what was said waits and is sent again. */
import type { Ending, Said } from "./outbox";
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

const PATIENCE = 20_000;
const PATH = "/pinisi/v1/crew/assignments";
const POSITION = "/pinisi/v1/crew/position";

export async function ask(): Promise<Heard> {
  const answer = await call(PATH, {});
  if (!answer || answer.status >= 500) return { no: "no-line" };
  if (answer.status === 401) return { no: "sign-in" };
  if (!answer.ok) return { no: "no-crew" };
  return { told: (await answer.json()) as Told };
}

/** Empty: signed in; else why not. */
export async function signIn(account: string, password: string): Promise<"" | "no-line" | "refused"> {
  const answer = await call("/pinisi/v1/login", json({ account, password }));
  if (!answer || answer.status >= 500) return "no-line";
  return answer.ok ? "" : "refused";
}

/** Empty: this phone is signed in by the link; else why not. */
export async function join(code: string): Promise<"" | "no-line" | "refused"> {
  const answer = await call("/pinisi/v1/crew/join", json({ code }));
  if (!answer || answer.status >= 500) return "no-line";
  return answer.ok ? "" : "refused";
}

export async function send(said: Said): Promise<Ending> {
  const where = `${PATH}/${encodeURIComponent(said.incident)}`;
  const answer = await (said.act === "photo" ? sendPhoto(where, said) : sendAct(where, said));
  if (!answer || answer.status >= 500 || answer.status === 429) return { later: "no-line" };
  if (answer.status === 401) return { later: "sign-in" };
  if (answer.ok) return { taken: true };
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  return { refused: problem.detail ?? String(answer.status) };
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

function json(value: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

async function call(path: string, init: RequestInit): Promise<Response | null> {
  try {
    return await fetch(path, { ...init, signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return null;
  }
}
