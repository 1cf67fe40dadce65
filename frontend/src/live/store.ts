/** The live store: the one state that components share. It reads pictures, then follows the stream. */
import { api, Problem } from "../api/client";
import { type Moment, sameMoment } from "../api/moment";
import type { Area, City, Clock, Incident, Now, Session, StreamMessage } from "../api/types";
import { type Connection, heard, lost, ticked, UNCONNECTED } from "./connection";
import { type Incidents, merge } from "./incidents";
import { screenState } from "../screen/screen";
import { shareStream } from "./shared-stream";
import { read, told, type ToldClock } from "./tenant-clock";
import { readTable, type Table } from "./table";
import { Touched } from "./touched";

type Changes = Extract<StreamMessage, { event: "changes" }>["data"];
export type Phase = "starting" | "signed-out" | "ready" | "failed";

/** How long changes gather before the numbers of Now are read again. */
const NOW_AGAIN_MS = 1000;
const LAYER_AGAIN_MS = 5000;

class LiveStore extends EventTarget {
  phase: Phase = "starting";
  problem: Problem | null = null;
  session: Session | null = null;
  city: City | null = null;
  now: Now | null = null;
  areas: readonly Area[] = [];
  tables: ReadonlyMap<string, Table> = new Map();
  incidents: Incidents = new Map();
  connection: Connection = UNCONNECTED;
  /** The moment of the past that is shown; null is the present. */
  past: Moment | null = null;
  /** Another moment is being read. */
  looking = false;
  /** The moment that a replay is being brought to; null when it is there. */
  broughtTo: Date | null = null;
  /** The clock shows the city's tenant, not this machine. */
  private toldClock: ToldClock = { now: Date.now(), heard: Date.now(), rate: 1 };
  /** Which entities changed lately; pages compare it to read again. */
  readonly touched = new Touched();
  generation = 0;

  private endStream: (() => void) | null = null;
  private nowTimer = 0;
  private ticking = 0;
  /** What the stream says of a layer whose picture is still on its way. */
  private readonly loading = new Map<string, Changes[]>();

  async start(): Promise<void> {
    try {
      await this.readPictures();
      this.phase = "ready";
      this.follow();
      screenState.addEventListener("change", () => void this.look());
      void this.look();
    } catch (cause) {
      this.phase = cause instanceof Problem && cause.status === 401 ? "signed-out" : "failed";
      this.problem = cause instanceof Problem ? cause : new Problem(0, "", String(cause));
    }
    this.changed();
  }

  /** The moment that the screen shows: ages are counted from it. */
  clock(): Date {
    return this.past ? new Date(this.past.at) : this.present();
  }

  /** The time in the tenant, whatever the screen shows. */
  present(): Date {
    return this.broughtTo ?? read(this.toldClock, Date.now());
  }

  /** Shows what the address asks for. While one moment is being read, only the newest wish waits. */
  private async look(): Promise<void> {
    if (this.looking || this.phase !== "ready") return;
    this.looking = true;
    for (let wish = wishedMoment(); !sameMoment(wish, this.past); wish = wishedMoment()) await this.turnTo(wish);
    this.looking = false;
    this.changed();
  }

  private async turnTo(moment: Moment | null): Promise<void> {
    const layers = [...this.tables.keys()];
    if (moment === null) {
      this.past = null;
      this.incidents = new Map();
      return this.readAnew();
    }
    try {
      const [now, incidents, ...tables] = await Promise.all([
        api.now(moment),
        api.incidents("open", moment),
        ...layers.map((layer) => api.layer(layer, moment)),
      ]);
      this.now = now;
      this.incidents = new Map(incidents.map((incident) => [incident.id, incident]));
      this.tables = new Map(tables.map((answer) => [answer.layer, readTable(answer)]));
      this.problem = null;
    } catch (cause) {
      this.problem = cause instanceof Problem ? cause : new Problem(0, "", String(cause));
      Object.assign(this, { incidents: new Map(), tables: new Map() });
    }
    this.past = moment;
    this.generation += 1;
    this.changed();
  }

  async needTable(layer: string): Promise<void> {
    if (this.tables.has(layer) || this.loading.has(layer)) return;
    const missed: Changes[] = [];
    this.loading.set(layer, missed);
    try {
      const { past } = this;
      const table = readTable(await api.layer(layer, past));
      if (!sameMoment(past, this.past)) return;
      // Rows drawn no later than the picture may be older than it.
      for (const { drawn, position, entities } of missed) if ((drawn ?? position) > table.position) table.apply(position, entities);
      this.tables = new Map(this.tables).set(layer, table);
      this.changed();
    } catch {
      // A layer that cannot be read stays unread; the next need asks again, though not at once.
      await new Promise((resume) => window.setTimeout(resume, LAYER_AGAIN_MS));
    } finally {
      this.loading.delete(layer);
    }
  }

  keep(incidents: readonly Incident[]): void {
    this.incidents = merge(this.incidents, incidents);
    this.changed();
  }

  async signIn(account: string, password: string, chosen: string | null = null): Promise<void> {
    await api.login(account, password, chosen);
    await this.start();
  }

  async signOut(): Promise<void> {
    const left = await api.logout();
    if (left?.leave) window.location.assign(left.leave);
    else window.location.reload();
  }

  private async readPictures(): Promise<void> {
    const session = await api.session();
    const [city, now, areas] = await Promise.all([api.city(), api.now(), api.areas()]);
    this.toldClock = told(session.clock, Date.now());
    Object.assign(this, { session, city, now, areas });
    this.incidents = merge(this.incidents, now.alarms);
    await this.readIncidents();
  }

  private async readIncidents(): Promise<void> {
    const open = await api.incidents("open");
    const stale = [...this.incidents.values()].filter((known) => !open.some(({ id }) => id === known.id));
    const kept = new Map(this.incidents);
    for (const known of stale) if (known.state !== "closed") kept.delete(known.id);
    this.incidents = merge(kept, open);
  }

  private follow(): void {
    this.endStream?.();
    const position = Math.min(this.session?.position ?? 0, this.now?.position ?? Infinity);
    this.endStream = shareStream(position, {
      message: (message) => this.hear(message),
      lost: (retryAt) => this.lose(retryAt),
    });
    window.clearInterval(this.ticking);
    this.ticking = window.setInterval(() => this.setConnection(ticked(this.connection, Date.now())), 1000);
  }

  /** A stream also ends when the session does: then the answer is to sign in, not to wait. */
  private lose(retryAt: number): void {
    this.setConnection(lost(this.connection, Date.now(), retryAt));
    api.session().catch((cause: unknown) => {
      if (!(cause instanceof Problem) || cause.status !== 401) return;
      this.phase = "signed-out";
      this.endStream?.();
      this.changed();
    });
  }

  private hear(message: StreamMessage): void {
    this.setConnection(heard(Date.now()));
    if (message.event === "beat") this.hearClock(message.data);
    if (this.past) return;
    if (message.event === "reset") void this.readAnew();
    if (message.event === "incidents") this.hearIncidents(message.data.incidents);
    if (message.event === "changes") this.hearChanges(message.data);
  }

  /** While a replay is prepared its own clock runs through all that came before: nobody asked for those moments. */
  bringTo(moment: Date | null): void {
    const same = this.broughtTo?.getTime() === moment?.getTime();
    this.broughtTo = moment;
    if (!same) this.changed();
  }

  /** A replay that was paused, or goes on at another speed, says so with the next beat, or when it is steered. */
  hearClock({ now, mode, method, speed }: Clock): void {
    this.toldClock = told({ now, mode, speed }, Date.now());
    const known = this.session?.clock;
    if (!this.session || (known?.mode === mode && known.speed === speed)) return;
    this.session = { ...this.session, clock: { now, mode, method, speed } };
    this.changed();
  }

  private hearIncidents(incidents: Incident[]): void {
    this.keep(incidents);
    this.readNowSoon();
  }

  private hearChanges(changes: Changes): void {
    const { position, entities } = changes;
    this.touched.note(entities.map(({ id }) => id), position);
    for (const missed of this.loading.values()) missed.push(changes);
    for (const table of this.tables.values()) table.apply(position, entities);
    this.readNowSoon();
    this.changed();
  }

  private async readAnew(): Promise<void> {
    const layers = [...this.tables.keys()];
    try {
      await this.readPictures();
      this.tables = new Map();
      this.generation += 1;
      await Promise.all(layers.map((layer) => this.needTable(layer)));
    } catch {
      // The stream will say reset again, or the cut shows.
    }
    this.changed();
  }

  /** Soon, and once for all who ask meanwhile. */
  readNowSoon(): void {
    if (this.nowTimer) return;
    this.nowTimer = window.setTimeout(() => void this.readNow(), NOW_AGAIN_MS);
  }

  private async readNow(): Promise<void> {
    this.nowTimer = 0;
    if (this.past) return;
    try {
      const now = await api.now();
      if (this.past) return;
      this.now = now;
      this.changed();
    } catch {
      // The numbers stay as they were; the stream's state is on the screen.
    }
  }

  private setConnection(connection: Connection): void {
    if (connection === this.connection) return;
    const visible = connection.state !== this.connection.state || connection.retryAt !== this.connection.retryAt;
    this.connection = connection;
    if (visible) this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

/** The moment that the address names. */
export function wishedMoment(): Moment | null {
  const { at, known } = screenState.state;
  return at === null ? null : { at, known: known ?? "then" };
}

export const store = new LiveStore();
