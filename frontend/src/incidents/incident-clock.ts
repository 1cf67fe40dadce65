/** The clock of an incident that ends next, running, with words: colour alone says nothing. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Incident } from "../api/types";
import { View } from "../frame/view";
import { second } from "../live/second";
import { store } from "../live/store";
import { nextClock, told } from "./clock-words";
import { agencyName } from "./operations";

@customElement("incident-clock")
export class IncidentClockView extends View {
  @property({ attribute: false }) incident!: Incident;

  private readonly beat = () => this.requestUpdate();

  static override readonly styles = css`
    :host {
      font-size: 0.8125rem;
      font-variant-numeric: tabular-nums;
      color: var(--ink2);
      white-space: nowrap;
    }

    .late {
      color: var(--ink);
      font-weight: 600;
      text-decoration: underline;
      text-decoration-color: var(--danger);
      text-decoration-thickness: 2px;
      text-underline-offset: 0.2em;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    second.join(this.beat);
  }

  override disconnectedCallback(): void {
    second.leave(this.beat);
    super.disconnectedCallback();
  }

  protected override render() {
    const clock = nextClock(this.incident);
    if (!clock) return nothing;
    const named = clock.agency ? { ...clock, agency: this.text(agencyName(clock.agency)) } : clock;
    const { text, late } = told(named, store.clock(), this.words.incidents);
    return html`<span class=${late ? "late" : ""}>${text}</span>`;
  }
}
