/** Base of every component: draws again when the live store or the screen changes, and speaks the reader's language. */
import { LitElement } from "lit";
import { Problem } from "../api/client";
import type { Text } from "../api/types";
import { Format, pick } from "../format/format";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { type Catalogue, CATALOGUES } from "../strings/catalogue";

let format: { key: string; value: Format } | null = null;

function currentFormat(): Format {
  const zone = store.city?.timeZone ?? "UTC";
  const key = `${screenState.language} ${zone}`;
  if (format?.key !== key) {
    format = { key, value: new Format(screenState.language, zone, store.city?.timeZoneName ?? "UTC") };
  }
  return format.value;
}

export function currentWords(): Catalogue {
  return CATALOGUES[screenState.language];
}

export class View extends LitElement {
  private readonly again = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    store.addEventListener("change", this.again);
    screenState.addEventListener("change", this.again);
  }

  override disconnectedCallback(): void {
    store.removeEventListener("change", this.again);
    screenState.removeEventListener("change", this.again);
    super.disconnectedCallback();
  }

  protected get words(): Catalogue {
    return currentWords();
  }

  protected get format(): Format {
    return currentFormat();
  }

  /** What went wrong, for the one who asked: the server's own words, or that it does not answer. */
  protected saidOf(cause: unknown): string {
    return cause instanceof Problem ? cause.message || this.words.serverSilent : String(cause);
  }

  protected text(text: Text | string | null | undefined): string {
    return pick(text, screenState.language);
  }
}
