/** The place that is open: read when the screen selects it, read again when the stream says that it changed. */
import { api, Problem } from "../api/client";
import { momentKey } from "../api/moment";
import type { Place, Value } from "../api/types";
import { screenState } from "../screen/screen";
import { givenValue } from "./given-values";
import { programmeValue } from "./programme";
import { reportValue } from "./report";
import { serviceTiles } from "./service-tiles";
import { store } from "./store";

class OpenPlace extends EventTarget {
  id: string | null = null;
  place: Place | null = null;
  problem: Problem | null = null;

  private seen = "";
  private reading: AbortController | null = null;

  follow(): void {
    const look = () => void this.look();
    store.addEventListener("change", look);
    screenState.addEventListener("change", look);
    look();
  }

  /** Reads it now: somebody has just changed something of it. */
  again(): void {
    this.seen = "";
    void this.look();
  }

  private async look(): Promise<void> {
    const { id } = screenState.state;
    const version = `${id} ${store.phase} ${momentKey(store.past)} ${store.generation} ${id ? store.touched.of(id) : 0}`;
    if (version === this.seen || store.phase !== "ready") return;
    this.seen = version;
    if (id !== this.id) Object.assign(this, { id, place: null, problem: null });
    this.reading?.abort();
    if (id) await this.read(id);
    this.dispatchEvent(new Event("change"));
    store.dispatchEvent(new Event("change"));
  }

  private async read(id: string): Promise<void> {
    const reading = new AbortController();
    this.reading = reading;
    try {
      const place = await api.place(id, reading.signal, store.past);
      if (!reading.signal.aborted) Object.assign(this, { place, problem: null });
    } catch (cause) {
      if (reading.signal.aborted) return;
      this.place = null;
      this.problem = cause instanceof Problem ? cause : new Problem(0, "", String(cause));
    }
  }
}

export const openPlace = new OpenPlace();

export function factAddress(value: Value): string {
  return ["fact", value.attribute ?? value.label.en ?? "", value.datasetId].filter(Boolean).join(" ");
}

export function tileAddress(id: string): string {
  return `tile ${id}`;
}

/** A tile of Now, or one that stands with its service. */
function tileAt(address: string): Value | null {
  const known = [...(store.now?.tiles ?? []), ...serviceTiles.all];
  return known.find((tile) => tileAddress(tile.id) === address) ?? null;
}

/** The value that an address of a drawer names, if it is on the screen. */
export function valueAt(address: string): Value | null {
  const [kind] = address.split(" ");
  if (kind === "tile") return tileAt(address);
  if (kind === "of") return givenValue(address);
  if (kind === "cell" || kind === "report") return reportValue(address);
  if (kind === "indicator" || kind === "decided" || kind === "system") return programmeValue(address);
  return openPlace.place?.facts.find((fact) => factAddress(fact) === address) ?? null;
}
