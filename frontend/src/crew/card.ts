/** One assignment as a card: what, where, by when, and what can be said of it now. */
import type { CrewWords, Language } from "../strings/crew";
import type { Assignment } from "./line";
import type { Act, Said } from "./said";
import { button, el, labelled } from "../phone/parts";

export interface Teller {
  words: CrewWords;
  language: Language;
  /** Now, by the clock of the house, in milliseconds. */
  now: () => number;
  say: (assignment: Assignment, act: Act, reason: string, note: string) => void;
  photo: (assignment: Assignment, file: File) => void;
  /** Which card asks for words, and for which act. */
  asking: { incident: string; unit: string | null; act: "refuse" | "finish" } | null;
  ask: (asking: Teller["asking"]) => void;
}

const NEXT: Record<string, Act[]> = { sent: ["accept", "refuse"], accepted: ["arrive", "refuse"], onScene: ["finish"] };

export function card(assignment: Assignment, waiting: Said[], teller: Teller): HTMLElement {
  const { words, language } = teller;
  const mine = waiting.filter((said) => said.incident === assignment.incident && said.unit === (assignment.unit ?? ""));
  const sort = [assignment.category, assignment.subcategory].map((name) => name?.[language]).filter(Boolean);
  return el(
    "article",
    { "data-incident": assignment.incident },
    assignment.exercise && el("span", { class: "exercise" }, words.exercise),
    el("h2", {}, assignment.title?.[language] ?? assignment.incident),
    el("p", { class: "quiet" }, [assignment.priority && words.priority(assignment.priority), ...sort].filter(Boolean).join(" · ")),
    assignment.detail && el("p", {}, assignment.detail[language]),
    assignment.injured > 0 && el("p", { class: "late" }, words.injured(assignment.injured)),
    assignment.area && el("p", {}, assignment.area),
    el("p", { class: "state" }, [assignment.unitName, words.state[stateOf(assignment, mine)]].filter(Boolean).join(": ")),
    ...clocks(assignment, mine, teller),
    ...mine.map((said) => el("p", { class: "quiet" }, words.notSent(words.act[said.act], clockTime(said.at)))),
    acts(assignment, mine, teller),
  );
}

/** The state as the crew knows it: what it has said counts before the house has heard it. */
export function stateOf(assignment: Assignment, mine: Said[]): Assignment["state"] {
  const after = { accept: "accepted", refuse: "refused", arrive: "onScene", finish: "finished" } as const;
  const said = mine.filter((each): each is Said & { act: Act } => each.act !== "photo").at(-1);
  return said ? after[said.act] : assignment.state;
}

export function clockTime(moment: string): string {
  return new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function clocks(assignment: Assignment, mine: Said[], teller: Teller): HTMLElement[] {
  const { words, now } = teller;
  const state = stateOf(assignment, mine);
  const wanted = state === "sent" ? "accept" : state === "accepted" ? "arrive" : "";
  const running = assignment.clocks.filter((clock) => clock.clock === wanted && !clock.metAt);
  return running.map((clock) => {
    const late = Date.parse(clock.due) < now();
    const text = (wanted === "accept" ? words.answerBy : words.arriveBy)(clockTime(clock.due));
    return el("p", late ? { class: "late clock" } : { class: "clock" }, late ? `${text} · ${words.late}` : text);
  });
}

function acts(assignment: Assignment, mine: Said[], teller: Teller): HTMLElement {
  const { asking, words } = teller;
  if (asking?.incident === assignment.incident && asking.unit === assignment.unit) {
    return asking.act === "refuse" ? refusal(assignment, teller) : ending(assignment, teller);
  }
  const state = stateOf(assignment, mine);
  const offered = (NEXT[state] ?? []).map((act, number) =>
    button(words.act[act], () => choose(assignment, act, teller), number === 0 ? "main" : ""),
  );
  const live = state === "accepted" || state === "onScene";
  return el("div", { class: "acts" }, ...offered, live && photoButton(assignment, teller), wayTo(assignment, words));
}

function choose(assignment: Assignment, act: Act, teller: Teller): void {
  if (act === "refuse" || act === "finish") {
    teller.ask({ incident: assignment.incident, unit: assignment.unit, act });
  } else teller.say(assignment, act, "", "");
}

function refusal(assignment: Assignment, teller: Teller): HTMLElement {
  const { words } = teller;
  const say = (reason: string) => teller.say(assignment, "refuse", reason, "");
  const levels = (["city", "province", "nation"] as const).map((level) =>
    button(words.notOurs[level], () => say(`not-ours:${level}`)),
  );
  const text = el("input", { name: "reason", maxlength: "500" });
  return el("div", { class: "acts" }, el("strong", {}, words.refuseWhy), ...levels, wordsForm(text, words.otherReason, say, teller));
}

function ending(assignment: Assignment, teller: Teller): HTMLElement {
  const text = el("textarea", { name: "note", rows: "3", maxlength: "1000" });
  return wordsForm(text, teller.words.whatWasDone, (note) => teller.say(assignment, "finish", "", note), teller);
}

function wordsForm(
  field: HTMLInputElement | HTMLTextAreaElement,
  label: string,
  done: (text: string) => void,
  teller: Teller,
): HTMLElement {
  field.required = true;
  const send = el("button", { type: "submit", class: "main" }, teller.words.confirm);
  const cancel = button(teller.words.cancel, () => teller.ask(null));
  const form = el("form", {}, labelled(label, field), send, cancel);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) done(field.value.trim());
  });
  return form;
}

function photoButton(assignment: Assignment, teller: Teller): HTMLElement {
  const input = el("input", { type: "file", accept: "image/*", capture: "environment" });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) teller.photo(assignment, file);
  });
  return el("label", { class: "button" }, teller.words.act.photo, input);
}

function wayTo(assignment: Assignment, words: CrewWords): HTMLElement | null {
  if (!assignment.location) return null;
  const [lon, lat] = assignment.location;
  return el("a", { class: "button", href: `geo:${lat},${lon}?q=${lat},${lon}` }, words.route);
}
