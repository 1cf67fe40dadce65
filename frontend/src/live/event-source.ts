/** One connection to `/pinisi/v1/stream` that never gives up: it resumes after the last position it has seen. */
import { ofTenant } from "../api/tenant";
import type { StreamMessage } from "../api/types";
import { backOff, SILENCE_MS } from "./connection";

const EVENTS = ["hello", "changes", "incidents", "reset", "beat"] as const;

export interface StreamListener {
  message(message: StreamMessage): void;
  lost(retryAt: number): void;
}

export class StreamConnection {
  private source: EventSource | null = null;
  private attempt = 0;
  private retry = 0;
  private watch = 0;

  constructor(
    /** Position to resume from. */
    public after: number,
    private readonly listener: StreamListener,
  ) {}

  open(): void {
    this.source = new EventSource(ofTenant(`/pinisi/v1/stream?after=${this.after}`));
    for (const event of EVENTS) this.source.addEventListener(event, (raw) => this.receive(event, raw as MessageEvent));
    this.source.onerror = () => this.fail();
    this.awaitSign();
  }

  close(): void {
    this.source?.close();
    this.source = null;
    window.clearTimeout(this.retry);
    window.clearTimeout(this.watch);
  }

  private receive(event: StreamMessage["event"], raw: MessageEvent): void {
    const message = { event, data: JSON.parse(String(raw.data)) } as StreamMessage;
    this.attempt = 0;
    // Only the id of an event promises that nothing before it is still to come; a beat's position does not.
    const id = Number(raw.lastEventId);
    if (raw.lastEventId && Number.isFinite(id)) this.after = id;
    this.awaitSign();
    this.listener.message(message);
  }

  /** A half-open connection never errs: silence alone must end it. */
  private awaitSign(): void {
    window.clearTimeout(this.watch);
    this.watch = window.setTimeout(() => this.fail(), SILENCE_MS);
  }

  private fail(): void {
    this.close();
    const wait = backOff(this.attempt, Math.random());
    this.attempt += 1;
    this.retry = window.setTimeout(() => this.open(), wait);
    this.listener.lost(Date.now() + wait);
  }
}
