/** Where the unit is, told by this phone: only when its bearer has switched that on, and only while the unit is out. */
import type { Position } from "./line";
import type { Shelf } from "../phone/outbox";

export interface Fix {
  position: [number, number];
  at: string;
  /** Metres, of which the browser is 68 % sure. */
  error: number;
}

export type Handed = { position: Position } | { later: true };
export type Trouble = "" | "denied" | "no-fix";

const CONSENT = "crew-position";
const WAITING = "crew-fixes";
/** As many as the house takes at once; of more the oldest are dropped. */
export const MOST = 200;
/** Milliseconds between two fixes. */
export const APART = 20_000;

export class Whereabouts {
  trouble: Trouble = "";
  private last = 0;
  private busy = false;

  constructor(
    private readonly shelf: Shelf,
    private readonly find: () => Promise<Fix | Trouble>,
    private readonly hand: (fixes: Fix[]) => Promise<Handed>,
  ) {}

  /** Whether this person has agreed on this phone: whoever signs in after him is asked anew. */
  agreed(name: string): boolean {
    return this.shelf.getItem(CONSENT) === `yes ${name}`;
  }

  agree(name: string, yes: boolean): void {
    this.shelf.setItem(CONSENT, yes ? `yes ${name}` : "");
    this.trouble = "";
    this.last = 0;
    if (!yes) this.keep([]);
  }

  get waiting(): Fix[] {
    try {
      return JSON.parse(this.shelf.getItem(WAITING) ?? "[]") as Fix[];
    } catch {
      return [];
    }
  }

  /** Take a fix when it is time, and hand over what waits. Answers what the house says of the position now. */
  async tell(name: string, position: Position, now: number): Promise<Position> {
    if (!this.agreed(name) || this.busy) return position;
    if (!position.wanted) {
      this.keep([]);
      return position;
    }
    this.busy = true;
    try {
      if (now - this.last >= APART) await this.look(now);
      return await this.flush(position, name);
    } finally {
      this.busy = false;
    }
  }

  private async look(now: number): Promise<void> {
    this.last = now;
    const found = await this.find();
    this.trouble = typeof found === "string" ? found : "";
    if (typeof found !== "string") this.keep([...this.waiting, found].slice(-MOST));
  }

  private async flush(position: Position, name: string): Promise<Position> {
    const waiting = this.waiting;
    if (!waiting.length || !this.agreed(name)) return position;
    const handed = await this.hand(waiting);
    if ("later" in handed) return position;
    this.keep(this.waiting.slice(waiting.length));
    return handed.position;
  }

  private keep(fixes: Fix[]): void {
    this.shelf.setItem(WAITING, JSON.stringify(fixes));
  }
}

/** One fix of the browser, stamped with the time of the house. */
export function findBy(geolocation: Geolocation, now: () => number): () => Promise<Fix | Trouble> {
  return () =>
    new Promise((done) => {
      geolocation.getCurrentPosition(
        ({ coords }) =>
          done({ position: [coords.longitude, coords.latitude], at: new Date(now()).toISOString(), error: coords.accuracy }),
        (why) => done(why.code === why.PERMISSION_DENIED ? "denied" : "no-fix"),
        { enableHighAccuracy: true, maximumAge: 0, timeout: 15_000 },
      );
    });
}
