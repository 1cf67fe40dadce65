/** Which open incidents are probably one: what the house suggests, and the operator's yes or no. */
import { api, Problem } from "../api/client";
import type { Alike } from "../api/incident-types";
import { currentWords } from "../frame/view";
import { store } from "../live/store";

const REST_MS = 1_000;

class Likeness extends EventTarget {
  private found: ReadonlyMap<string, Alike> = new Map();
  private timer = 0;
  private readFor = "";

  of(id: string): Alike | null {
    return this.found.get(id) ?? null;
  }

  /** Looks again, a moment after the open incidents have changed. */
  look(): void {
    const open = [...store.incidents.values()].filter((each) => each.state !== "closed");
    const key = open.map((each) => `${each.id} ${each.state} ${each.category ?? ""}`).join();
    if (key === this.readFor || store.past) return;
    this.readFor = key;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.read(), REST_MS);
  }

  /** They are one: the later one goes into the earlier. Answers what went wrong in words, or null. */
  confirm(alike: Alike): Promise<string | null> {
    return this.decide(alike, async () => store.keep([await api.merge(alike.incident, alike.into)]));
  }

  /** They are not: it is suggested no more. */
  refuse(alike: Alike): Promise<string | null> {
    return this.decide(alike, () => api.keepApart(alike.incident, alike.into));
  }

  private async decide(alike: Alike, act: () => Promise<unknown>): Promise<string | null> {
    const words = currentWords();
    try {
      await act();
    } catch (cause) {
      const problem = cause instanceof Problem ? cause : new Problem(0, "", "");
      return problem.status === 0 ? words.serverSilent : `${words.refused}. ${problem.message}`;
    }
    this.tell([...this.found.values()].filter((each) => each.incident !== alike.incident));
    void this.read();
    return null;
  }

  private async read(): Promise<void> {
    const told = await api.alike().catch(() => null);
    if (told) this.tell(told.suggestions);
  }

  private tell(suggestions: readonly Alike[]): void {
    this.found = new Map(suggestions.map((each) => [each.incident, each]));
    this.dispatchEvent(new Event("change"));
  }
}

export const likeness = new Likeness();
