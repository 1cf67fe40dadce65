/** Says beside a row or a value that its source does not deliver: by shape, and in words. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Ailing } from "../api/source-types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { ailingWords, briefly } from "./ailing";
import "./state-mark";

@customElement("ailing-mark")
export class AilingMark extends View {
  @property({ attribute: false }) source: Ailing | null = null;

  static override readonly styles = css`
    :host {
      display: inline-flex;
      align-items: center;
      gap: 0.25rem;
      min-width: 0;
      color: var(--ink);
      font-size: var(--t12);
      line-height: 1rem;
      white-space: nowrap;
    }

    state-mark {
      width: 0.75rem;
      height: 0.75rem;
    }
  `;

  protected override render() {
    const { source } = this;
    if (!source) return nothing;
    const whole = ailingWords(this.text(source.title), source, this.words, this.format, store.clock());
    return html`<state-mark state=${source.state}></state-mark><span title=${whole}>${briefly(source, this.words, this.format, store.clock())}</span>`;
  }
}
