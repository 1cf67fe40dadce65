/**
 * One stream for all tabs of a browser: the tab that holds the lock connects and passes on what it hears.
 * A browser opens only six connections to a host, so a stream in each tab would starve the seventh.
 */
import type { StreamMessage } from "../api/types";
import { StreamConnection, type StreamListener } from "./event-source";

const LOCK = "pinisi-stream";
const CHANNEL = "pinisi-stream";

type Passed =
  | { kind: "message"; message: StreamMessage }
  | { kind: "lost"; retryAt: number }
  | { kind: "joined"; position: number }
  | { kind: "leaving" };

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
  private readonly channel = new BroadcastChannel(CHANNEL);
  private readonly ended = new AbortController();
  private connection: StreamConnection | null = null;
  private release: (() => void) | null = null;
  private lastLost: number | null = null;

  constructor(
    private position: number,
    private readonly listener: StreamListener,
  ) {}

  start(): () => void {
    this.channel.onmessage = (raw: MessageEvent<Passed>) => this.hear(raw.data);
    this.channel.postMessage({ kind: "joined", position: this.position } satisfies Passed);
    const signal = this.ended.signal;
    navigator.locks.request(LOCK, { signal }, () => this.lead()).catch(() => undefined);
    const stop = () => this.stop();
    window.addEventListener("pagehide", stop, { once: true });
    return stop;
  }

  private lead(): Promise<void> {
    this.connection = new StreamConnection(this.position, {
      message: (message) => this.tell({ kind: "message", message }),
      lost: (retryAt) => this.tell({ kind: "lost", retryAt }),
    });
    this.connection.open();
    return new Promise((release) => {
      this.release = release;
    });
  }

  /** As leader: to ourselves and to every other tab. */
  private tell(passed: Passed): void {
    this.lastLost = passed.kind === "lost" ? passed.retryAt : null;
    this.deliver(passed);
    this.channel.postMessage(passed);
  }

  private hear(passed: Passed): void {
    if (passed.kind === "joined") this.welcome(passed.position);
    else this.deliver(passed);
  }

  /** A tab whose picture is older than what was passed on has missed something: it reads anew. */
  private welcome(position: number): void {
    if (!this.connection) return;
    const behind = position < this.position;
    const message: StreamMessage = { event: behind ? "reset" : "hello", data: { position: this.position } };
    if (this.lastLost !== null) this.channel.postMessage({ kind: "lost", retryAt: this.lastLost } satisfies Passed);
    else if (behind) this.channel.postMessage({ kind: "message", message } satisfies Passed);
  }

  private deliver(passed: Passed): void {
    if (passed.kind === "lost") this.listener.lost(passed.retryAt);
    if (passed.kind !== "message") return;
    this.position = Math.max(this.position, passed.message.data.position);
    this.listener.message(passed.message);
  }

  private stop(): void {
    this.ended.abort();
    this.connection?.close();
    this.release?.();
    this.channel.close();
  }
}
