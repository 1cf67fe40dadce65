/** A beat every second for clocks that run on screen: one timer for all of them, none while nobody looks. */
class Second extends EventTarget {
  private listeners = 0;
  private timer = 0;

  join(listener: () => void): void {
    this.addEventListener("beat", listener);
    this.listeners += 1;
    if (!this.timer) this.timer = window.setInterval(() => this.dispatchEvent(new Event("beat")), 1000);
  }

  leave(listener: () => void): void {
    this.removeEventListener("beat", listener);
    this.listeners -= 1;
    if (this.listeners > 0) return;
    window.clearInterval(this.timer);
    this.timer = 0;
  }
}

export const second = new Second();
