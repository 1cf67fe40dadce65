/** Time: until something sends continuously there is nothing to scrub, and the page says so. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { honest } from "./honest";

@customElement("time-page")
export class TimePage extends View {
  static override readonly styles = [
    controls,
    panelParts,
    honest,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.375rem 1.25rem;
        padding: 0.875rem 1.125rem;
        border-top: 1px solid var(--line);
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      dt {
        color: var(--ink3);
      }
    `,
  ];

  protected override render() {
    const words = this.words.time;
    const { session, now } = store;
    return html`
      <h1>${this.words.pages.time}</h1>
      <p class="lead">${words.lead}</p>
      <div class="empty">
        <strong>${words.missing}</strong>
        <p>${words.why}</p>
        <p>${words.brings}</p>
        <p>${words.meanwhile}</p>
      </div>
      ${session
        ? html`<dl>
            <dt>${words.clock}</dt>
            <dd>${words.clockModes[session.clock.mode]} · ${this.format.moment(store.clock())}</dd>
            <dt>${words.position}</dt>
            <dd>${this.format.exact(Math.max(session.position, now?.position ?? 0))}</dd>
          </dl>`
        : nothing}
    `;
  }
}
