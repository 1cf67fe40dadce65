/** Beats for everything on screen that ages or runs: one timer for all who listen, none while nobody does. */
export class Ticker extends EventTarget {
  private listeners = 0;
  private timer = 0;

  constructor(private readonly everyMs: number) {
    super();
  }

  join(listener: () => void): void {
    this.addEventListener("tick", listener);
    this.listeners += 1;
    if (!this.timer) this.timer = window.setInterval(() => this.dispatchEvent(new Event("tick")), this.everyMs);
  }

  leave(listener: () => void): void {
    this.removeEventListener("tick", listener);
    this.listeners -= 1;
    if (this.listeners > 0) return;
    window.clearInterval(this.timer);
    this.timer = 0;
  }
}

/** For ages. */
export const ticker = new Ticker(10_000);
/** For clocks that run. */
export const second = new Ticker(1_000);
