/** A beat for everything on screen that ages: one timer for all of it. */
const EVERY_MS = 10_000;

class Ticker extends EventTarget {
  private listeners = 0;
  private timer = 0;

  join(listener: () => void): void {
    this.addEventListener("tick", listener);
    this.listeners += 1;
    if (!this.timer) this.timer = window.setInterval(() => this.dispatchEvent(new Event("tick")), EVERY_MS);
  }

  leave(listener: () => void): void {
    this.removeEventListener("tick", listener);
    this.listeners -= 1;
    if (this.listeners > 0) return;
    window.clearInterval(this.timer);
    this.timer = 0;
  }
}

export const ticker = new Ticker();
