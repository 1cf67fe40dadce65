/** What the room knows of warnings: read while one looks, and again when the city says that something has changed. */
import type { ReceivedWarning, Warning } from "../api/warning-types";
import { warnings } from "../api/warnings";
import { store } from "../live/store";

const READ_AGAIN_MS = 15_000;

class WarningBook extends EventTarget {
  all: readonly Warning[] | null = null;
  received: readonly ReceivedWarning[] | null = null;
  problem: unknown = null;

  private lookers = 0;
  private timer = 0;
  private told = "";
  private readonly heard = () => this.hear();

  look(): void {
    this.lookers += 1;
    if (this.lookers > 1) return;
    store.addEventListener("change", this.heard);
    this.timer = window.setInterval(() => void this.read(), READ_AGAIN_MS);
    void this.read();
  }

  leave(): void {
    this.lookers -= 1;
    if (this.lookers > 0) return;
    store.removeEventListener("change", this.heard);
    window.clearInterval(this.timer);
  }

  find(id: string | null): Warning | null {
    return this.all?.find((warning) => warning.id === id) ?? null;
  }

  /** After an act: the list, and the numbers that stand in the top bar. */
  async acted(): Promise<void> {
    store.readNowSoon();
    await this.read();
  }

  async read(): Promise<void> {
    try {
      const [all, received] = await Promise.all([warnings.all(), warnings.received()]);
      Object.assign(this, { all, received, problem: null });
    } catch (cause) {
      this.problem = cause;
    }
    this.dispatchEvent(new Event("change"));
  }

  private hear(): void {
    const told = JSON.stringify(store.now?.warnings ?? null);
    if (told === this.told) return;
    const first = this.told === "";
    this.told = told;
    if (!first) void this.read();
  }
}

export const book = new WarningBook();
