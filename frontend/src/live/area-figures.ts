/** The figures of areas that the screen asks for: read when it does, and again when what they rest upon changes. */
import { api, Problem } from "../api/client";
import type { AreaFigures } from "../api/types";
import { screenState } from "../screen/screen";
import { shadeQuery, shadeText } from "../screen/shade";
import { store } from "./store";

/** How often figures are read again at most while the city changes. */
const AGAIN_MS = 10_000;

class AreaFigureStore extends EventTarget {
  figures: AreaFigures | null = null;
  /** Rises with every answer. */
  turn = 0;
  problem: Problem | null = null;
  private asked = "";
  private readAt = 0;
  private version = "";
  private timer = 0;
  private reading: AbortController | null = null;

  follow(): void {
    const look = () => this.look();
    store.addEventListener("change", look);
    screenState.addEventListener("change", look);
    look();
  }

  private look(): void {
    const { shade } = screenState.state;
    if (store.phase !== "ready") return;
    const asked = shade ? `${shadeText(shade)} ${store.generation} ${store.past?.at} ${store.past?.known}` : "";
    if (asked !== this.asked) {
      this.asked = asked;
      this.figures = null;
      this.problem = null;
      void this.read();
    } else if (shade && this.current() !== this.version) this.again();
  }

  /** What the figures rest upon, as far as this browser follows it. */
  private current(): string {
    const layer = screenState.state.shade?.layer;
    return String(layer ? (store.tables.get(layer)?.version ?? 0) : (store.now?.position ?? 0));
  }

  private again(): void {
    if (this.timer) return;
    const wait = Math.max(0, this.readAt + AGAIN_MS - Date.now());
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.read();
    }, wait);
  }

  private async read(): Promise<void> {
    this.reading?.abort();
    const { shade } = screenState.state;
    const reading = new AbortController();
    this.reading = reading;
    this.readAt = Date.now();
    this.version = this.current();
    if (shade) {
      try {
        this.figures = await api.areaFigures(shadeQuery(shade), reading.signal, store.past);
        this.problem = null;
        this.turn += 1;
      } catch (cause) {
        if (reading.signal.aborted) return;
        this.problem = cause instanceof Problem ? cause : new Problem(0, "", String(cause));
      }
    }
    store.dispatchEvent(new Event("change"));
  }
}

export const areaFigures = new AreaFigureStore();
