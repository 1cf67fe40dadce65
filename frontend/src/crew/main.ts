/** The page of a crew: what it was asked, what it says. It works on without a signal and says so. */
import { words, type Language } from "../strings/crew";
import { card, clockTime, type Teller } from "./card";
import { join } from "../phone/call";
import { entrance } from "../phone/entrance";
import { joinByLink, keepPage } from "../phone/keep-page";
import { Outbox } from "../phone/outbox";
import { button, el } from "../phone/parts";
import { ask, hand, send, type Assignment, type Told } from "./line";
import type { Act, Said } from "./said";
import { shrunk } from "./shrink";
import { findBy, Whereabouts } from "./whereabouts";

const EVERY = 10_000;
const LANGUAGES: Language[] = ["id", "en", "ja"];
const outbox = new Outbox<Said>(localStorage, "crew", (said) => ({ ...said, image: "" }));

let language = LANGUAGES.find((each) => each === (localStorage.getItem("crew-language") ?? navigator.language.slice(0, 2))) ?? "id";
let told = JSON.parse(localStorage.getItem("crew-told") ?? "null") as Told | null;
let seenAt = localStorage.getItem("crew-seen") ?? "";
let standing: "connected" | "no-line" | "sign-in" | "no-crew" = "no-line";
let ahead = 0;
const whereabouts = new Whereabouts(localStorage, findBy(navigator.geolocation, now), hand);
let asking: Teller["asking"] = null;
let trouble = "";
let shown = "";

async function refresh(): Promise<void> {
  const sent = await outbox.flush(send);
  const heard = sent === "empty" ? await ask() : { no: sent };
  if ("told" in heard) {
    ahead = Date.parse(heard.told.now) - Date.now();
    told = heard.told;
    seenAt = heard.told.now;
    localStorage.setItem("crew-told", JSON.stringify(told));
    localStorage.setItem("crew-seen", seenAt);
    standing = "connected";
  } else standing = heard.no;
  if (!asking) show();
  await tellPosition();
}

async function tellPosition(): Promise<void> {
  const asked = told;
  if (!asked?.position || standing === "sign-in") return;
  const { trouble: before } = whereabouts;
  const position = await whereabouts.tell(asked.name, asked.position, now());
  if (told === asked) told = { ...asked, position };
  if (!asking && (position.seenAt !== asked.position.seenAt || whereabouts.trouble !== before)) show();
}

function now(): number {
  return Date.now() + ahead;
}

function put(assignment: Assignment, act: Act | "photo", more: Partial<Said>): void {
  const unit = assignment.unit ?? "";
  const at = new Date(now()).toISOString();
  try {
    outbox.put({ key: crypto.randomUUID(), incident: assignment.incident, act, unit, reason: "", note: "", at, ...more });
    trouble = "";
  } catch {
    trouble = words(language).noRoom;
  }
  asking = null;
  show();
  void refresh();
}

function teller(): Teller {
  return {
    words: words(language),
    language,
    now,
    asking,
    say: (assignment, act, reason, note) => put(assignment, act, { reason, note }),
    photo: (assignment, file) => void shrunk(file).then((image) => put(assignment, "photo", { image })),
    ask: (next) => {
      asking = next;
      show();
      document.querySelector<HTMLElement>("article input, article textarea")?.focus();
    },
  };
}

/** Draws anew only what reads differently: a button that is under a finger stays where it is. */
function show(): void {
  document.documentElement.lang = language;
  const parts = [heading(), ...(standing === "sign-in" ? [status(), wayIn()] : [status(), refusals(), list(), positionSwitch()])];
  const drawn = parts.map(({ outerHTML }) => outerHTML).join("");
  if (drawn !== shown) document.querySelector("#crew")?.replaceChildren(...parts);
  shown = drawn;
}

function heading(): HTMLElement {
  const who = told && [told.agencyName?.[language] ?? told.agency, told.unitName].filter(Boolean).join(" · ");
  const choices = LANGUAGES.map((each) => {
    const choice = button(each.toUpperCase(), () => choose(each));
    choice.setAttribute("aria-pressed", String(each === language));
    return choice;
  });
  return el("header", {}, el("h1", {}, who || words(language).title), el("div", { class: "languages" }, ...choices));
}

function choose(next: Language): void {
  language = next;
  localStorage.setItem("crew-language", next);
  show();
}

function status(): HTMLElement {
  const text = words(language);
  const number = outbox.waiting.length;
  const line = {
    connected: text.connected,
    "no-line": text.noLine(seenAt ? clockTime(seenAt) : "–"),
    "sign-in": text.signIn,
    "no-crew": text.noCrew,
  }[standing];
  const kind = standing === "connected" ? "status" : "status lost";
  const all = [line, number > 0 && text.waiting(number), trouble].filter(Boolean).join(" · ");
  return el("p", { class: kind, role: "status" }, all);
}

function refusals(): HTMLElement {
  const text = words(language);
  const lines = outbox.refused.map((each) =>
    el("p", {}, `${text.notKept}: ${text.act[each.said.act]} (${clockTime(each.said.at)}). ${each.reason}`),
  );
  if (!lines.length) return el("div");
  const read = () => {
    outbox.forgetRefused();
    show();
  };
  return el("div", { class: "status refused", role: "alert" }, ...lines, button(text.understood, read));
}

function list(): HTMLElement {
  const waiting = outbox.waiting;
  const cards = (told?.assignments ?? []).map((each) => card(each, waiting, teller()));
  return el("section", {}, ...(cards.length || !told ? cards : [el("p", { class: "quiet" }, words(language).nothing)]));
}

/** The switch of the position, with what it does; only for who speaks for a unit. */
function positionSwitch(): HTMLElement {
  const text = words(language).position;
  const name = told?.name ?? "";
  if (!told?.position) return el("div");
  if (!window.isSecureContext) return el("section", { class: "position" }, el("p", { class: "quiet" }, text.needsHttps));
  const on = whereabouts.agreed(name);
  const box = el("input", { type: "checkbox", role: "switch", name: "position", ...(on ? { checked: "" } : {}) });
  box.addEventListener("change", () => {
    whereabouts.agree(name, box.checked);
    show();
    document.querySelector<HTMLElement>(".position input")?.focus();
    void tellPosition();
  });
  const label = el("label", { class: "switch" }, box, text.tell);
  return el("section", { class: "position" }, label, el("p", {}, on ? positionState() : text.off), el("p", { class: "quiet" }, text.privacy));
}

function positionState(): string {
  const text = words(language).position;
  if (whereabouts.trouble) return text[whereabouts.trouble === "denied" ? "denied" : "noFix"];
  if (!told?.position?.wanted) return text.resting;
  const { seenAt } = told.position;
  const waiting = whereabouts.waiting.length;
  const seen = seenAt ? text.known(Math.max(0, Math.round((now() - Date.parse(seenAt)) / 60_000))) : text.telling;
  return waiting ? `${seen} ${text.waiting(waiting)}` : seen;
}

function wayIn(): HTMLElement {
  const text = words(language);
  return entrance(text, (refused) => {
    trouble = refused ? text.signInRefused : "";
    void (refused ? show() : refresh());
  });
}

async function enterByLink(): Promise<void> {
  const why = await joinByLink((code) => join("/pinisi/v1/crew/join", code));
  trouble = why === "refused" ? words(language).linkRefused : "";
}

show();
void enterByLink().then(refresh);
setInterval(() => {
  if (standing !== "sign-in") void refresh();
}, EVERY);
addEventListener("online", () => void refresh());
document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && refresh()));
void keepPage("crew").catch(() => undefined);
