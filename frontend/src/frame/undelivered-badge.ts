/** Notifications that were given up, in the top bar: only when there are any, only for those who deal with them. On a phone the rail says it. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import "../incidents/severity-mark";
import { undelivered } from "../live/undelivered";
import { screenState } from "../screen/screen";
import { badge } from "../theme/badge";
import { controls } from "../theme/controls";
import { View } from "./view";

@customElement("undelivered-badge")
export class UndeliveredBadge extends View {
  static override readonly styles = [
    controls,
    badge,
    css`
      button {
        border-color: var(--caution);
      }    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    undelivered.watch();
  }

  override disconnectedCallback(): void {
    undelivered.leave();
    super.disconnectedCallback();
  }

  protected override render() {
    const { count, told } = undelivered;
    if (!told || count === 0 || screenState.mode !== "desk") return nothing;
    const words = this.words.broker;
    const n = this.format.exact(count);
    return html`<button aria-label=${words.undelivered(n)} title=${words.undelivered(n)}
      @click=${() => screenState.openDeliveries()}>
      <severity-mark severity="caution"></severity-mark><span>${n}</span><span class="long">${words.undeliveredShort}</span>
    </button>`;
  }
}
