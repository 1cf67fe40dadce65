/** What a crew has said and the house has not heard yet: kept in the browser with its true time, sent in order. */

export type Act = "accept" | "refuse" | "arrive" | "finish";

export interface Said {
  /** Made anew for each act: sent twice, it counts once. */
  key: string;
  incident: string;
  act: Act | "photo";
  unit: string;
  reason: string;
  note: string;
  /** When it was so, by the clock of the house. */
  at: string;
  /** A photo as a data address. */
  image?: string;
}

/** What the house did not take, with its reason, until the crew has read it. */
export interface Refused {
  said: Said;
  reason: string;
}

/** How an attempt ended: taken, refused for good, or to be tried again. */
export type Ending = { taken: true } | { refused: string } | { later: "no-line" | "sign-in" };

export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
}

const WAITING = "crew-waiting";
const REFUSED = "crew-refused";

export class Outbox {
  private sending: Promise<"empty" | "no-line" | "sign-in"> | null = null;

  constructor(private readonly shelf: Shelf) {}

  get waiting(): Said[] {
    return read<Said[]>(this.shelf, WAITING) ?? [];
  }

  get refused(): Refused[] {
    return read<Refused[]>(this.shelf, REFUSED) ?? [];
  }

  /** Throws when the browser has no room left. */
  put(said: Said): void {
    this.shelf.setItem(WAITING, JSON.stringify([...this.waiting, said]));
  }

  forgetRefused(): void {
    this.shelf.setItem(REFUSED, "[]");
  }

  /** Send what waits, oldest first, until all is said or the line is gone; two at once are one. */
  flush(send: (said: Said) => Promise<Ending>): Promise<"empty" | "no-line" | "sign-in"> {
    this.sending ??= this.sendAll(send).finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  private async sendAll(send: (said: Said) => Promise<Ending>): Promise<"empty" | "no-line" | "sign-in"> {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      const ending = await send(next);
      if ("later" in ending) return ending.later;
      if ("refused" in ending) {
        const told: Refused = { said: { ...next, image: "" }, reason: ending.refused };
        this.shelf.setItem(REFUSED, JSON.stringify([...this.refused, told]));
      }
      const key = next.key;
      this.shelf.setItem(WAITING, JSON.stringify(this.waiting.filter((said) => said.key !== key)));
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
