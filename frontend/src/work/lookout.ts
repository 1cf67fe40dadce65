/** Looks again and again while a list is on screen: often while something in it runs, else now and then. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

const OFTEN_MS = 1_000;
const SELDOM_MS = 5_000;

export class Lookout implements ReactiveController {
  private timer = 0;
  private connected = false;

  /** `look` answers whether something runs. */
  constructor(
    host: ReactiveControllerHost,
    private readonly look: () => Promise<boolean>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.connected = true;
    void this.again();
  }

  hostDisconnected(): void {
    this.connected = false;
    window.clearTimeout(this.timer);
  }

  async again(): Promise<void> {
    window.clearTimeout(this.timer);
    const runs = await this.look();
    window.clearTimeout(this.timer);
    if (this.connected) this.timer = window.setTimeout(() => void this.again(), runs ? OFTEN_MS : SELDOM_MS);
  }
}
