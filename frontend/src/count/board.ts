/** The board of buttons: a column a turn, a row a kind of vehicle; a tap counts when the finger comes down. */
import { button, el } from "../phone/parts";
import type { CountWords } from "../strings/count";
import { type Kind, KINDS, type Tally, type Turn, TURNS } from "./tally";

export const ARROWS: Record<Turn, string> = { left: "←", through: "↑", right: "→", "u-turn": "↶" };

export interface Counter {
  words: CountWords;
  tally: Tally;
  /** Where each turn leads. */
  leads: Partial<Record<Turn, string>>;
  tap: (turn: Turn, kind: Kind) => void;
  undo: () => void;
  pause: () => void;
  resume: () => void;
  finish: () => void;
}

/** Drawn once for a post; numbers are written into it. */
export function board(counter: Counter): HTMLElement {
  const { words, tally } = counter;
  const turns = TURNS.filter((turn) => tally.post?.turns.includes(turn));
  const kinds = KINDS.filter((kind) => tally.post?.kinds.includes(kind));
  const grid = el("div", { class: `grid columns-${turns.length}`, role: "group" });
  grid.append(...turns.map((turn) => head(turn, counter)));
  for (const kind of kinds) {
    grid.append(el("div", { class: "row-name" }, words.kind[kind]), ...turns.map((turn) => key(turn, kind, counter)));
  }
  const undo = button(words.undo, counter.undo, "undo");
  const turnOff = button(words.pause, () => (tally.running ? counter.pause : counter.resume)(), "pause");
  const bar = el("div", { class: "bar" }, undo, turnOff, button(words.finish, counter.finish, "finish"));
  return el("section", { class: "board" }, el("p", { class: "clock", role: "timer" }), grid, bar);
}

function head(turn: Turn, { words, leads }: Counter): HTMLElement {
  const arrow = el("span", { class: "arrow", "aria-hidden": "true" }, ARROWS[turn]);
  return el("div", { class: "turn" }, arrow, el("span", {}, leads[turn] || words.turn[turn]));
}

function key(turn: Turn, kind: Kind, { words, tap }: Counter): HTMLButtonElement {
  const made = el("button", { type: "button", class: `key ${kind}`, "data-key": `${turn} ${kind}` });
  made.setAttribute("aria-label", `${words.kind[kind]}, ${words.turn[turn]}`);
  made.append(el("span", { class: "arrow", "aria-hidden": "true" }, ARROWS[turn]), el("span", { class: "number" }));
  made.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (event.button === 0) tap(turn, kind);
  });
  made.addEventListener("click", (event) => {
    if (event.detail === 0) tap(turn, kind);
  });
  return made;
}

/** Numbers, the state of the buttons, what the clock says. */
export function refreshBoard(root: HTMLElement, { words, tally }: Counter, clock: string): void {
  for (const made of root.querySelectorAll<HTMLButtonElement>(".key")) {
    const [turn, kind] = (made.dataset["key"] ?? "").split(" ") as [Turn, Kind];
    write(made.querySelector(".number"), String(tally.number(turn, kind)));
    made.disabled = !tally.running;
  }
  const undo = root.querySelector<HTMLButtonElement>(".undo");
  if (undo) undo.disabled = !tally.undoable;
  write(root.querySelector(".pause"), tally.running ? words.pause : words.resume);
  write(root.querySelector(".clock"), clock);
  root.querySelector(".grid")?.classList.toggle("resting", !tally.running);
}

function write(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
