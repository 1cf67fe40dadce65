/** The page of a surveyor: where he stands, what he taps. It works on without a signal and says so. */
import { join } from "../phone/call";
import { entrance } from "../phone/entrance";
import { joinByLink, keepPage } from "../phone/keep-page";
import { Outbox } from "../phone/outbox";
import { button, el } from "../phone/parts";
import { type Language, words } from "../strings/count";
import { board, type Counter, refreshBoard } from "./board";
import { type Choice, choosing, NOWHERE, type Search } from "./choosing";
import { ask, send, type Told } from "./line";
import { type Counted, type Post, SLOT, Tally } from "./tally";
import { keepAwake, letSleep } from "./wake";

const LANGUAGES: Language[] = ["id", "en", "ja"];
const BEAT = 1_000;
const outbox = new Outbox<Counted>(localStorage, "count");
const tally = new Tally(localStorage, () => crypto.randomUUID());

let language = LANGUAGES.find((each) => each === (localStorage.getItem("count-language") ?? navigator.language.slice(0, 2))) ?? "id";
let told = JSON.parse(localStorage.getItem("count-told") ?? "null") as Told | null;
let ahead = Number(localStorage.getItem("count-ahead") ?? 0);
let standing: "connected" | "no-line" | "sign-in" | "no-survey" = navigator.onLine && told ? "connected" : "no-line";
let choice: Choice = NOWHERE;
let search: Search = { asked: "", here: null, lost: false };
let trouble = "";
let drawn = "";
let drawnBoard: HTMLElement | null = null;

/** Now, by the clock of the house, in milliseconds. */
function now(): number {
  return Date.now() + ahead;
}

/** What is over goes into the outbox, and the outbox to the house. */
async function hand(at: number | null): Promise<void> {
  const over = tally.sealed(at);
  try {
    const waits = new Set(outbox.waiting.map(({ key }) => key));
    outbox.put(...over.filter(({ key }) => !waits.has(key)));
    tally.forget(over);
  } catch {
    trouble = words(language).noRoom;
  }
  if (!outbox.waiting.length) return;
  const beside = () => (trouble = words(language).beside);
  const sent = await outbox.flush((counted) => send(counted, language, beside));
  standing = sent === "empty" ? "connected" : sent;
  show();
}

/** Look what is open: when the page is opened or shown and nobody counts, or somebody asks for it. */
async function look(): Promise<void> {
  await hand(now());
  const heard = await ask();
  if ("told" in heard) {
    ({ told } = heard);
    ahead = Date.parse(told.now) - Date.now();
    localStorage.setItem("count-told", JSON.stringify(told));
    localStorage.setItem("count-ahead", String(ahead));
    standing = "connected";
  } else standing = heard.no;
  show();
}

function start(post: Post): void {
  trouble = "";
  tally.take(post, now());
  tally.resume(now());
  drawnBoard = null;
  keepAwake();
  show();
}

const counter: Omit<Counter, "words" | "leads"> = {
  tally,
  tap: (turn, kind) => {
    try {
      tally.tap(turn, kind, now());
      navigator.vibrate?.(8);
    } catch {
      trouble = words(language).noRoom;
    }
    showBoard();
  },
  undo: () => {
    const taken = tally.undo();
    const text = words(language);
    if (taken) trouble = text.undone(`${text.kind[taken[1]]}, ${text.turn[taken[0]]}`);
    show();
  },
  pause: () => {
    tally.pause(now());
    letSleep();
    show();
  },
  resume: () => {
    trouble = "";
    tally.resume(now());
    keepAwake();
    show();
  },
  finish: () => {
    tally.pause(now());
    letSleep();
    void hand(null);
    tally.leave();
    choice = { ...choice, approach: "", turns: [] };
    show();
    void look();
  },
};

/** Draws anew only what reads differently; the board stays under the finger. */
function show(): void {
  document.documentElement.lang = language;
  document.title = words(language).title;
  const counting = tally.post !== null && standing !== "no-survey";
  const parts = [heading(), status(), refusals(), ...(counting ? [] : [standing === "sign-in" || standing === "no-survey" ? wayIn() : chooser()])];
  if (counting && standing === "sign-in") parts.push(wayIn());
  const reads = parts.map(({ outerHTML }) => outerHTML).join("") + String(counting);
  const root = document.querySelector("#count");
  if (reads !== drawn || (counting && !drawnBoard)) {
    drawnBoard = counting ? (drawnBoard ?? board(whole())) : null;
    root?.replaceChildren(...parts, ...(drawnBoard ? [drawnBoard] : []));
    drawn = reads;
  }
  root?.classList.toggle("counting", counting);
  showBoard();
}

function showBoard(): void {
  if (drawnBoard) refreshBoard(drawnBoard, whole(), clockText());
}

function whole(): Counter {
  return { ...counter, words: words(language), leads: approach()?.turns ?? {} };
}

function survey() {
  return told?.surveys.find(({ key }) => key === tally.post?.survey);
}

function approach() {
  return survey()?.approaches.find(({ name }) => name === tally.post?.approach);
}

function clockText(): string {
  const text = words(language);
  const length = (survey()?.minutes ?? 15) * 60_000;
  const begin = Math.floor(now() / length) * length;
  const left = Math.max(0, Math.ceil((begin + length - now()) / 1_000));
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const place = [survey()?.junction, tally.post?.approach].filter(Boolean).join(" · ");
  return `${place} · ${text.interval(clock(begin), clock(begin + length))} · ${tally.running ? text.left(time) : text.paused}`;
}

function clock(moment: number | string): string {
  return new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function heading(): HTMLElement {
  const choices = LANGUAGES.map((each) => {
    const made = button(each.toUpperCase(), () => speak(each));
    made.setAttribute("aria-pressed", String(each === language));
    return made;
  });
  const who = told?.name && standing !== "sign-in" ? `${words(language).title} · ${told.name}` : words(language).title;
  return el("header", {}, el("h1", {}, who), el("div", { class: "languages" }, ...choices));
}

function speak(next: Language): void {
  language = next;
  localStorage.setItem("count-language", next);
  drawnBoard = null;
  trouble = "";
  show();
}

function status(): HTMLElement {
  const text = words(language);
  const number = outbox.waiting.length;
  const line = { connected: text.connected, "no-line": text.noLine, "sign-in": text.signIn, "no-survey": text.noRight }[standing];
  const kind = standing === "connected" ? "status" : "status lost";
  return el("p", { class: kind, role: "status" }, [line, number > 0 && text.waiting(number), trouble].filter(Boolean).join(" · "));
}

function refusals(): HTMLElement {
  const text = words(language);
  const lines = outbox.refused.map(({ said, reason }) => el("p", {}, `${text.notKept(clock(said.since), clock(said.until))}. ${reason}`));
  if (!lines.length) return el("div");
  const read = () => {
    outbox.forgetRefused();
    show();
  };
  return el("div", { class: "status refused", role: "alert" }, ...lines, button(text.understood, read));
}

function chooser(): HTMLElement {
  const open = told?.surveys ?? [];
  const choose = (next: Choice) => {
    choice = next;
    show();
  };
  return choosing({ words: words(language), surveys: open, choice, clock, choose, start, look: () => void look(), search, find, locate });
}

function find(asked: string): void {
  search = { ...search, asked };
  show();
  const box = document.querySelector<HTMLInputElement>("input[type=search]");
  box?.focus();
  box?.setSelectionRange(asked.length, asked.length);
}

/** Asked only when somebody wants the list by distance; the place stays here. */
function locate(): void {
  const put = (here: Search["here"]) => {
    search = { ...search, here, lost: here === null };
    show();
  };
  if (!navigator.geolocation) return put(null);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => put({ lon: coords.longitude, lat: coords.latitude }),
    () => put(null),
    { maximumAge: 60_000, timeout: 20_000 },
  );
}

function wayIn(): HTMLElement {
  const text = words(language);
  return entrance(text, (refused) => {
    trouble = refused ? text.signInRefused : "";
    void (refused ? show() : look());
  });
}

async function enterByLink(): Promise<void> {
  const why = await joinByLink((code) => join("/pinisi/v1/surveyors/join", code));
  trouble = why === "refused" ? words(language).linkRefused : "";
}

/** The page is there again: what passed meanwhile was not counted. */
function back(): void {
  const since = tally.lastBeat;
  if (tally.running && !tally.back(now())) trouble = words(language).interrupted(clock(since));
  if (tally.running) keepAwake();
  void (tally.post ? hand(now()) : look()).then(show);
}

/** While it can be seen it beats: the clock, the end of five minutes. Nothing is asked of the house meanwhile. */
function beat(): void {
  if (document.visibilityState !== "visible" || !tally.post) return;
  const slot = Math.floor(tally.lastBeat / SLOT);
  tally.beat(now());
  showBoard();
  if (slot !== Math.floor(now() / SLOT) || tally.sealed(now()).length) void hand(now());
}

show();
if (tally.post) back();
void enterByLink().then(() => (tally.post ? undefined : look()));
setInterval(beat, BEAT);
addEventListener("online", () => void hand(now()).then(show));
addEventListener("pagehide", () => tally.post && tally.beat(now()));
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") back();
  else if (tally.post) {
    tally.beat(now());
    void hand(now());
  }
});
void keepPage("count").catch(() => undefined);
