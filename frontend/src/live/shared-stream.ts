/**
 * One stream for all tabs of a browser: the tab that holds the lock connects and passes on what it hears.
 * A browser opens only six connections to a host, so a stream in each tab would starve the seventh.
 */
import { tenant } from "../api/tenant";
import type { StreamMessage } from "../api/types";
import { StreamConnection, type StreamListener } from "./event-source";

const NAME = `pinisi-stream ${tenant ?? ""}`;

/** What tabs tell each other. `after`: the position to resume from; `to`: meant for one tab only. */
type Passed =
  | { kind: "message"; message: StreamMessage; after: number; to?: string }
  | { kind: "lost"; retryAt: number; to?: string }
  | { kind: "joined"; after: number; tab: string };

/** Starts hearing the stream after `position`; returns what ends it. */
export function shareStream(position: number, listener: StreamListener): () => void {
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) return connectAlone(position, listener);
  return new SharedStream(position, listener).start();
}

function connectAlone(position: number, listener: StreamListener): () => void {
  const connection = new StreamConnection(position, listener);
  connection.open();
  return () => connection.close();
}

class SharedStream {
  private readonly channel = new BroadcastChannel(NAME);
  private readonly ended = new AbortController();
  private readonly tab = `${performance.timeOrigin}-${Math.random()}`;
  private connection: StreamConnection | null = null;
  private release: (() => void) | null = null;
  private retryAt: number | null = null;

  constructor(
    private after: number,
    private readonly listener: StreamListener,
  ) {}

  start(): () => void {
    this.channel.onmessage = (raw: MessageEvent<Passed>) => this.hear(raw.data);
    this.pass({ kind: "joined", after: this.after, tab: this.tab });
    navigator.locks.request(NAME, { signal: this.ended.signal }, () => this.lead()).catch(() => undefined);
    const stop = () => this.stop();
    window.addEventListener("pagehide", stop, { once: true });
    return stop;
  }

  /** Holds the lock, and so the connection, until this tab stops. */
  private lead(): Promise<void> {
    const connection = new StreamConnection(this.after, {
      message: (message) => this.tell({ kind: "message", message, after: connection.after }),
      lost: (retryAt) => this.tell({ kind: "lost", retryAt }),
    });
    this.connection = connection;
    connection.open();
    return new Promise((release) => {
      this.release = release;
    });
  }

  /** As leader: to ourselves and to every other tab. */
  private tell(passed: Passed): void {
    this.retryAt = passed.kind === "lost" ? passed.retryAt : null;
    this.deliver(passed);
    this.pass(passed);
  }

  private pass(passed: Passed): void {
    this.channel.postMessage(passed);
  }

  private hear(passed: Passed): void {
    if (passed.kind === "joined") this.welcome(passed.tab, passed.after);
    else if (passed.to === undefined || passed.to === this.tab) this.deliver(passed);
  }

  /** A tab whose picture is older than what was passed on has missed something: it reads anew. */
  private welcome(tab: string, after: number): void {
    if (!this.connection) return;
    if (this.retryAt !== null) return this.pass({ kind: "lost", retryAt: this.retryAt, to: tab });
    const event = after < this.after ? "reset" : "hello";
    this.pass({ kind: "message", message: { event, data: { position: this.after } }, after: this.after, to: tab });
  }

  private deliver(passed: Passed): void {
    if (passed.kind === "lost") this.listener.lost(passed.retryAt);
    if (passed.kind !== "message") return;
    this.after = Math.max(this.after, passed.after);
    this.listener.message(passed.message);
  }

  private stop(): void {
    this.ended.abort();
    this.connection?.close();
    this.release?.();
    this.channel.close();
  }
}
