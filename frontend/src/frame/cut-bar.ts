/** Says across the whole screen that the stream is cut, since when, and when it is tried again. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { icon } from "./icons";
import { View } from "./view";

@customElement("cut-bar")
export class CutBar extends View {
  private timer = 0;

  static override readonly styles = [
    controls,
    css`
      section {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.75rem;
        padding: 0.4375rem 1.5rem;
        background: var(--raised);
        border-bottom: 2px solid var(--danger);
      }

      svg {
        color: var(--danger);
      }

      b {
        font-weight: 600;
      }

      span {
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .again {
        margin-left: auto;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => store.connection.state === "cut" && this.requestUpdate(), 1000);
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.timer);
    super.disconnectedCallback();
  }

  protected override render() {
    const { state, cutSince, retryAt } = store.connection;
    if (state !== "cut" || store.phase !== "ready") return nothing;
    const words = this.words.stream;
    const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    const told = words.cut(this.format.hourWithZone(new Date(cutSince ?? Date.now())));
    return html`<section aria-label=${told}>
      ${icon("flag")} <b role="alert">${told}</b>
      <span>${words.cutDetail}</span>
      <span class="again">${seconds > 0 ? words.again(seconds) : words.trying}</span>
    </section>`;
  }
}
