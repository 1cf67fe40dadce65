/** How many notifications were given up and how many sources are silent, for those who deal with them: asked now and then, and after every act. */
import { ask } from "../api/client";
import { store } from "./store";

const EVERY_MS = 15_000;
const NEEDED = "subscriptions.read";

class Undelivered {
  count = 0;
  silent = 0;
  private timer = 0;
  private watchers = 0;

  /** Whether the reader is told of them at all. */
  get told(): boolean {
    return store.session?.permissions.includes(NEEDED) ?? false;
  }

  watch(): void {
    this.watchers += 1;
    if (this.watchers === 1) store.addEventListener("undelivered", this.again);
    if (this.watchers === 1) this.again();
  }

  leave(): void {
    this.watchers -= 1;
    if (this.watchers > 0) return;
    store.removeEventListener("undelivered", this.again);
    window.clearTimeout(this.timer);
  }

  private readonly again = () => {
    window.clearTimeout(this.timer);
    void this.read().finally(() => {
      if (this.watchers > 0) this.timer = window.setTimeout(this.again, this.told ? EVERY_MS : 1_000);
    });
  };

  private async read(): Promise<void> {
    if (!this.told || document.hidden) return;
    try {
      const { dead, silentSources } = await ask<{ dead: number; silentSources: number | null }>("broker");
      const silent = silentSources ?? 0;
      if (dead === this.count && silent === this.silent) return;
      Object.assign(this, { count: dead, silent });
      store.dispatchEvent(new Event("change"));
    } catch {
      // The stream's own line says when the server is silent.
    }
  }
}

export const undelivered = new Undelivered();
