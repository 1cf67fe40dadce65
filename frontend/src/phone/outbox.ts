/** What was said on a phone and the house has not heard yet: kept in the browser with its true time, sent in order. */

/** `key` is made anew for each: sent twice, it counts once. */
export interface Keyed {
  key: string;
}

/** What the house did not take, with its reason, until it was read. */
export interface Refused<S extends Keyed> {
  said: S;
  reason: string;
}

/** How an attempt ended: taken, refused for good, or to be tried again. */
export type Ending = { taken: true } | { refused: string } | { later: "no-line" | "sign-in" };

export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

export class Outbox<S extends Keyed> {
  private sending: Promise<"empty" | "no-line" | "sign-in"> | null = null;
  private readonly waits: string;
  private readonly refuses: string;

  /** `page` is the name under which it keeps; `lighten` takes away what need not be kept of what was refused. */
  constructor(
    private readonly shelf: Shelf,
    page: string,
    private readonly lighten: (said: S) => S = (said) => said,
  ) {
    this.waits = `${page}-waiting`;
    this.refuses = `${page}-refused`;
  }

  get waiting(): S[] {
    return read<S[]>(this.shelf, this.waits) ?? [];
  }

  get refused(): Refused<S>[] {
    return read<Refused<S>[]>(this.shelf, this.refuses) ?? [];
  }

  /** Throws when the browser has no room left. */
  put(...said: S[]): void {
    this.shelf.setItem(this.waits, JSON.stringify([...this.waiting, ...said]));
  }

  forgetRefused(): void {
    this.shelf.setItem(this.refuses, "[]");
  }

  /** Send what waits, oldest first, until all is said or the line is gone; two at once are one. */
  flush(send: (said: S) => Promise<Ending>): Promise<"empty" | "no-line" | "sign-in"> {
    this.sending ??= this.sendAll(send).finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  private async sendAll(send: (said: S) => Promise<Ending>): Promise<"empty" | "no-line" | "sign-in"> {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      const ending = await send(next);
      if ("later" in ending) return ending.later;
      if ("refused" in ending) {
        const told: Refused<S> = { said: this.lighten(next), reason: ending.refused };
        this.shelf.setItem(this.refuses, JSON.stringify([...this.refused, told]));
      }
      const key = next.key;
      this.shelf.setItem(this.waits, JSON.stringify(this.waiting.filter((said) => said.key !== key)));
    }
    return "empty";
  }
}

function read<T>(shelf: Shelf, name: string): T | null {
  try {
    return JSON.parse(shelf.getItem(name) ?? "null") as T | null;
  } catch {
    return null;
  }
}
