/** A moment of the past: tints the frame and says on top which one, so that nobody mistakes it for the city as it is now. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { View } from "./view";

@customElement("past-bar")
export class PastBar extends View {
  static override readonly styles = [
    controls,
    css`
      div {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.125rem 1rem;
        padding: 0.25rem 1.5rem;
        background: var(--past);
        color: #ffffff;
      }

      p {
        font-weight: 600;
      }

      button {
        padding: 0.125rem 0.625rem;
        border: 1px solid #ffffff;
        border-radius: 0.375rem;
        font-weight: 500;
        font-size: 0.8125rem;
      }

      button:focus-visible {
        outline-color: #ffffff;
      }

      .edge {
        position: fixed;
        inset: 0;
        z-index: 30;
        padding: 0;
        border: 4px solid var(--past);
        background: none;
        pointer-events: none;
      }
    `,
  ];

  protected override render() {
    const { at, known } = screenState.state;
    if (at === null) return nothing;
    const { time } = this.words;
    const shown = time.past(this.format.moment(at), known === "now" ? time.asNow : time.asThen);
    return html`<div>
        <p role="status">${store.problem && store.past ? time.unreadable : shown}</p>
        <button @click=${() => screenState.go({ at: null, known: null, with: null })}>${time.backToNow}</button>
      </div>
      <div class="edge"></div>`;
  }
}
