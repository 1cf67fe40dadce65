/** The console could not read its first picture: says why, and tries again on request. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { mark } from "./icons";
import { View } from "./view";

@customElement("start-failed")
export class StartFailed extends View {
  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        place-items: center;
        height: 100%;
      }

      main {
        display: grid;
        justify-items: start;
        gap: 0.75rem;
        max-width: 26rem;
        padding: 1rem;
      }

      h1 {
        font: 500 1.0625rem/1.5rem var(--text);
      }

      p {
        color: var(--ink2);
      }
    `,
  ];

  protected override render() {
    return html`<main role="alert">
      ${mark(32)}
      <h1>${this.words.startFailed}</h1>
      <p>${store.problem?.message || this.words.serverSilent}</p>
      <button class="button" @click=${() => store.start()}>${this.words.retry}</button>
    </main>`;
  }
}
