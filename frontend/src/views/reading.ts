/** Reads what a component shows: when it appears, when what it asks for changes, and as often as it wishes. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Problem } from "../api/problem";

export interface ReadingWish<T> {
  /** What is asked for, in a word that changes when it has to be read again; null where nothing is. */
  key: () => string | null;
  read: (signal: AbortSignal) => Promise<T>;
  /** Seconds between two readings of the same; else it is read once. */
  every?: number;
  /** Told of what was read, before the component draws it. */
  got?: (value: T) => void;
}

export class Reading<T> implements ReactiveController {
  /** What was read last; of another key never. */
  value: T | null = null;
  /** Why the last reading failed. With a value beside it, the value is the one of `readAt`. */
  problem: Problem | null = null;
  readAt: Date | null = null;
  busy = false;

  private asked: string | null = null;
  private connected = false;
  private asking: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly wish: ReadingWish<T>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.connected = true;
    this.asked = null;
  }

  hostUpdate(): void {
    const key = this.wish.key();
    if (key === this.asked || !this.connected) return;
    this.asked = key;
    Object.assign(this, { value: null, problem: null, readAt: null });
    this.stop();
    if (key !== null) void this.again();
  }

  hostDisconnected(): void {
    this.connected = false;
    this.stop();
  }

  /** Reads now; an answer to an earlier question is thrown away. */
  async again(): Promise<void> {
    this.stop();
    const asking = new AbortController();
    Object.assign(this, { asking, busy: true });
    try {
      const value = await this.wish.read(asking.signal);
      if (asking.signal.aborted) return;
      Object.assign(this, { value, problem: null, readAt: new Date() });
      this.wish.got?.(value);
    } catch (cause) {
      if (asking.signal.aborted) return;
      this.problem = cause instanceof Problem ? cause : new Problem(0, "", String(cause));
    }
    this.busy = false;
    if (this.wish.every) this.timer = setTimeout(() => void this.again(), this.wish.every * 1000);
    this.host.requestUpdate();
  }

  private stop(): void {
    this.asking?.abort();
    clearTimeout(this.timer);
    this.busy = false;
  }
}
