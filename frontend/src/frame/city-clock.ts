/** The time in the city, as its tenant's clock tells it. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { View } from "./view";

@customElement("city-clock")
export class CityClock extends View {
  private timer = 0;

  static override readonly styles = [
    controls,
    css`
      time {
        display: flex;
        align-items: baseline;
        gap: 0.3125rem;
        white-space: nowrap;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      b {
        font: 600 1.0625rem/1.5rem var(--text);
        color: var(--ink);
      }

      @media (max-width: 76rem) {
        .day {
          display: none;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => this.requestUpdate(), 1000);
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.timer);
    super.disconnectedCallback();
  }

  protected override render() {
    const now = store.present();
    return html`<time aria-label=${this.words.clock} role="timer" aria-live="off" datetime=${now.toISOString()}>
      <b>${this.format.hour(now)}</b> ${this.format.zone} <span class="day">· ${this.format.weekday(now)}</span>
    </time>`;
  }
}
