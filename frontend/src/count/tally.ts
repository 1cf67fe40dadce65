/**
 * What is being tapped: stretches of counting, each within five minutes of the clock and without a pause, kept in the
 * browser at every tap. A stretch that is over stays open for a moment, so that its last taps can be undone.
 */
import type { Shelf } from "../phone/outbox";

export type Turn = "left" | "through" | "right" | "u-turn";
export type Kind = "motorcycle" | "light" | "heavy" | "unmotorised";
export const TURNS: readonly Turn[] = ["left", "through", "right", "u-turn"];
export const KINDS: readonly Kind[] = ["motorcycle", "light", "heavy", "unmotorised"];

/** Where somebody stands, and what he watches. */
export interface Post {
  survey: string;
  approach: string;
  turns: Turn[];
  kinds: Kind[];
}

/** What is sent: `taps` has no noughts, what is not there did not come. */
export interface Counted extends Post {
  key: string;
  since: number;
  until: number;
  taps: Partial<Record<Turn, Partial<Record<Kind, number>>>>;
}

/** `taps` has two digits a tap: the turn's and the kind's place in their lists. */
interface Stretch {
  key: string;
  since: number;
  until: number | null;
  taps: string;
}

interface Kept {
  post: Post;
  stretches: Stretch[];
  /** By button, since somebody stands here. */
  sums: Record<string, number>;
  /** Until when the page is known to have been there. */
  alive: number;
}

export const SLOT = 5 * 60_000;
/** How long a stretch that is over can still be corrected. */
export const GRACE = 20_000;
/** How long the page may be away before counting is paused. */
export const AWAY = 60_000;
/** A beat is written down only so often: a phone that dies loses no taps, and no more than this of its time. */
const EVERY = 5_000;
const NAME = "count-tally";

export class Tally {
  private kept: Kept | null;
  private written = 0;

  /** `key` makes a new one: a stretch keeps its own, so that it is the same however often it is sent. */
  constructor(
    private readonly shelf: Shelf,
    private readonly key: () => string,
  ) {
    this.kept = read(shelf);
  }

  get post(): Post | null {
    return this.kept?.post ?? null;
  }

  /** Until when the page is known to have been there. */
  get lastBeat(): number {
    return this.kept?.alive ?? 0;
  }

  get running(): boolean {
    return this.last?.until === null;
  }

  /** Whether a tap is there that can be taken back. */
  get undoable(): boolean {
    return Boolean(this.kept?.stretches.some(({ taps }) => taps));
  }

  /** The taps of one button since somebody stands here. */
  number(turn: Turn, kind: Kind): number {
    return this.kept?.sums[button(turn, kind)] ?? 0;
  }

  /** Stand somewhere; counting begins with `resume`. */
  take(post: Post, now: number): void {
    this.kept = { post, stretches: [], sums: {}, alive: now };
    this.keep();
  }

  resume(now: number): void {
    if (!this.kept || this.running) return;
    this.begin(now);
    this.kept.alive = now;
    this.keep();
  }

  pause(now: number): void {
    if (!this.running) return;
    this.turnOver(now);
    const { last } = this;
    if (last) last.until = Math.max(now, last.since + (last.taps ? 1 : 0));
    this.keep();
  }

  tap(turn: Turn, kind: Kind, now: number): void {
    this.beat(now);
    const { kept, last } = this;
    if (!kept || last?.until !== null) return;
    const name = button(turn, kind);
    last.taps += name;
    kept.sums[name] = (kept.sums[name] ?? 0) + 1;
    this.keep();
  }

  /** Take the last tap back; answers which. */
  undo(): [Turn, Kind] | null {
    const stretch = this.kept?.stretches.findLast(({ taps }) => taps);
    if (!this.kept || !stretch) return null;
    const name = stretch.taps.slice(-2);
    stretch.taps = stretch.taps.slice(0, -2);
    this.kept.sums[name] = (this.kept.sums[name] ?? 1) - 1;
    this.keep();
    return tapped(name);
  }

  /** The page is there: a stretch ends with its five minutes, and the next begins. */
  beat(now: number): void {
    const { kept } = this;
    if (!kept) return;
    if (this.running && now - kept.alive > AWAY) this.back(now);
    else if (this.running) this.turnOver(now);
    kept.alive = now;
    if (now - this.written >= EVERY) this.keep();
  }

  /**
   * The page is there again (opened, or shown): between the last beat and now nobody counted. Answers whether it goes
   * on counting; after a long time it stays paused.
   */
  back(now: number): boolean {
    const { kept, last } = this;
    if (!kept || last?.until !== null) return false;
    const soon = now - kept.alive <= AWAY;
    this.pause(Math.max(kept.alive, last.since));
    if (soon) this.resume(now);
    return soon;
  }

  /** Those that are over, to be sent; `now` null: at once, also what could still be corrected. */
  sealed(now: number | null): Counted[] {
    const { kept } = this;
    const over = kept?.stretches.filter(({ until }) => until !== null && (now === null || now - until >= GRACE)) ?? [];
    return kept ? over.map((each) => counted(kept.post, each)).filter(({ since, until }) => until > since) : [];
  }

  /** What was put into the outbox is not kept here any more. */
  forget(told: Counted[]): void {
    if (!this.kept || !told.length) return;
    const gone = new Set(told.map(({ key }) => key));
    this.kept.stretches = this.kept.stretches.filter(({ key }) => !gone.has(key));
    this.keep();
  }

  /** Nobody stands here any more; what is not sealed is lost, so seal first. */
  leave(): void {
    this.kept = null;
    this.shelf.setItem(NAME, "null");
  }

  private get last(): Stretch | null {
    return this.kept?.stretches.at(-1) ?? null;
  }

  private begin(since: number): void {
    this.kept?.stretches.push({ key: this.key(), since, until: null, taps: "" });
  }

  /** Ends the running stretch at the end of its five minutes, and begins the next. */
  private turnOver(now: number): void {
    for (let { last } = this; last?.until === null; { last } = this) {
      const end = Math.floor(last.since / SLOT) * SLOT + SLOT;
      if (now < end) return;
      last.until = end;
      this.begin(end);
      this.written = 0;
    }
  }

  private keep(): void {
    this.written = this.kept?.alive ?? 0;
    this.shelf.setItem(NAME, JSON.stringify(this.kept));
  }
}

function button(turn: Turn, kind: Kind): string {
  return `${TURNS.indexOf(turn)}${KINDS.indexOf(kind)}`;
}

function tapped(name: string): [Turn, Kind] {
  return [TURNS[Number(name[0])] ?? "through", KINDS[Number(name[1])] ?? "light"];
}

function counted(post: Post, stretch: Stretch): Counted {
  const taps: Counted["taps"] = {};
  for (const name of stretch.taps.match(/../g) ?? []) {
    const [turn, kind] = tapped(name);
    const row = (taps[turn] ??= {});
    row[kind] = (row[kind] ?? 0) + 1;
  }
  return { ...post, key: stretch.key, since: stretch.since, until: stretch.until ?? stretch.since, taps };
}

function read(shelf: Shelf): Kept | null {
  try {
    return JSON.parse(shelf.getItem(NAME) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}
