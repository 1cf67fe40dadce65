/** Choosing where to stand: junction, approach, turns and vehicles, one screen, big things to press. */
import { button, el } from "../phone/parts";
import type { CountWords } from "../strings/count";
import { found, type Here, metresTo } from "./finding";
import type { Approach, Survey } from "./line";
import { KINDS, type Kind, type Post, type Turn, TURNS } from "./tally";

export interface Choice {
  survey: string;
  approach: string;
  turns: Turn[];
  kinds: Kind[];
}

/** What was typed to find a junction, where the phone is, and whether that was asked in vain. */
export interface Search {
  asked: string;
  here: Here;
  lost: boolean;
}

export interface Chooser {
  words: CountWords;
  surveys: Survey[];
  choice: Choice;
  clock: (moment: string) => string;
  choose: (choice: Choice) => void;
  start: (post: Post) => void;
  look: () => void;
  search: Search;
  find: (asked: string) => void;
  locate: () => void;
}

/** From so many surveys on one searches instead of reading all of them. */
const MANY = 4;

export const NOWHERE: Choice = { survey: "", approach: "", turns: [], kinds: [...KINDS] };

export function choosing(chooser: Chooser): HTMLElement {
  const { words, surveys, choice } = chooser;
  if (!surveys.length) return el("section", {}, el("p", { class: "quiet" }, words.nothing), button(words.again, chooser.look));
  const survey = surveys.find(({ key }) => key === choice.survey) ?? (surveys.length === 1 ? surveys[0] : undefined);
  const approach = survey?.approaches.find(({ name }) => name === choice.approach);
  return el(
    "section",
    { class: "choosing" },
    surveys.length < MANY ? null : searching(chooser),
    group(words.junction, ...listed(chooser).map((each) => oneSurvey(each, each === survey, chooser))),
    survey ? group(words.approach, ...survey.approaches.map((each) => oneApproach(each, survey, chooser))) : null,
    approach && survey ? watching(approach, survey, chooser) : null,
  );
}

function listed({ surveys, search }: Chooser): Survey[] {
  return found(surveys, surveys.length < MANY ? "" : search.asked, search.here);
}

/** The place of the phone stays on the phone: it only puts the list in order. */
function searching({ words, search, find, locate, surveys }: Chooser): HTMLElement {
  const box = el("input", { type: "search", value: search.asked, enterkeyhint: "search", autocomplete: "off" });
  box.addEventListener("input", () => find(box.value));
  const near = button(words.nearest, locate);
  const state = search.lost ? words.noPlace : words.found(String(found(surveys, search.asked, search.here).length));
  return el("div", { class: "search" }, el("label", {}, words.search, box), near, el("p", { class: "quiet", role: "status" }, state));
}

function group(heading: string, ...buttons: HTMLElement[]): HTMLElement {
  return el("fieldset", {}, el("legend", {}, heading), ...buttons);
}

function pairs(heading: string, ...buttons: HTMLElement[]): HTMLElement {
  const made = group(heading, ...buttons);
  made.className = "pairs";
  return made;
}

function oneSurvey(survey: Survey, pressed: boolean, { words, choice, clock, choose, search }: Chooser): HTMLElement {
  const when = words.when(clock(survey.since), clock(survey.until));
  const far = metresTo(survey, search.here);
  const away = far === null ? "" : ` · ${words.away(far < 950 ? `${Math.round(far / 10) * 10} m` : `${(far / 1000).toFixed(1)} km`)}`;
  return pressable(survey.junction, `${survey.name} · ${when}${away}`, pressed, () => choose({ ...choice, survey: survey.key, approach: "", turns: [] }));
}

function oneApproach(approach: Approach, survey: Survey, { words, choice, choose }: Chooser): HTMLElement {
  const others = survey.watched.filter((each) => each.approach === approach.name);
  const what = new Set(others.flatMap(({ classes }) => classes.map((kind) => words.kind[kind])));
  const under = what.size ? words.watchedBy([...what].join(", ")) : "";
  const turns = TURNS.filter((turn) => turn in approach.turns);
  const take = () => choose({ ...choice, survey: survey.key, approach: approach.name, turns });
  return pressable(approach.name, under, approach.name === choice.approach, take);
}

function watching(approach: Approach, survey: Survey, { words, choice, choose, start }: Chooser): HTMLElement {
  const turns = TURNS.filter((turn) => turn in approach.turns).map((turn) =>
    pressable(words.turn[turn], approach.turns[turn] ?? "", choice.turns.includes(turn), () =>
      choose({ ...choice, turns: TURNS.filter((each) => (each === turn) !== choice.turns.includes(each)) }),
    ),
  );
  const kinds = KINDS.map((kind) =>
    pressable(words.kind[kind], "", choice.kinds.includes(kind), () =>
      choose({ ...choice, kinds: KINDS.filter((each) => (each === kind) !== choice.kinds.includes(each)) }),
    ),
  );
  const post = { survey: survey.key, approach: approach.name, turns: choice.turns, kinds: choice.kinds };
  const begin = button(words.start, () => start(post), "main");
  begin.disabled = !post.turns.length || !post.kinds.length;
  return el("div", {}, pairs(words.turns, ...turns), pairs(words.kinds, ...kinds), begin);
}

function pressable(name: string, under: string, pressed: boolean, done: () => void): HTMLButtonElement {
  const made = button("", done);
  made.setAttribute("aria-pressed", String(pressed));
  made.append(el("strong", {}, name));
  if (under) made.append(el("span", { class: "quiet" }, under));
  return made;
}
