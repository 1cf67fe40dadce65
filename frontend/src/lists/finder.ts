/** Finds what is meant while one types: after a pause, or at once when Enter is pressed. One for every box that finds. */

/** Long enough to gather the letters of a word, short enough to feel immediate. */
const PAUSE_MS = 90;

export class Finder<T> {
  found: readonly T[] = [];
  /** The words that `found` answers; null when nothing was asked for. */
  foundFor: string | null = null;

  private timer = 0;
  private asking: AbortController | null = null;

  constructor(
    private readonly ask: (words: string, signal: AbortSignal) => Promise<readonly T[]>,
    private readonly told: () => void,
  ) {}

  soon(words: string): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.now(words), PAUSE_MS);
  }

  /** What fits these very words, not what the last pause found; null when it failed or others were asked for meanwhile. */
  async now(words: string): Promise<readonly T[] | null> {
    window.clearTimeout(this.timer);
    if (words === this.foundFor) return this.found;
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const found = await this.ask(words, signal).catch(() => null);
    if (signal.aborted || found === null) return null;
    this.found = found;
    this.foundFor = words;
    this.told();
    return found;
  }

  forget(): void {
    window.clearTimeout(this.timer);
    this.asking?.abort();
    this.found = [];
    this.foundFor = null;
  }
}
