/** What was done a moment ago and can be undone: taking over, shelving. */
import type { Incident, IncidentAct } from "../api/types";
import { carryOut } from "./act";

const FOR_MS = 15_000;
type Undoable = "take" | "shelve";

class Undo extends EventTarget {
  done: Undoable | null = null;
  private id = "";
  private timer = 0;

  offer(incident: Incident, done: Undoable): void {
    this.set(incident.id, done);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.set("", null), FOR_MS);
  }

  async undo(): Promise<string | null> {
    const { id, done } = this;
    if (!done) return null;
    this.set("", null);
    const act: IncidentAct = { act: done === "take" ? "give-back" : "unshelve" };
    return carryOut(id, act);
  }

  private set(id: string, done: Undoable | null): void {
    this.id = id;
    this.done = done;
    this.dispatchEvent(new Event("change"));
  }
}

export const undo = new Undo();
