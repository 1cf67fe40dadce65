/** The clock of an incident that ends next, running, with words: colour alone says nothing. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Incident } from "../api/types";
import { RunningView } from "../frame/running-view";
import { store } from "../live/store";
import { lateStyle } from "./clock-styles";
import { nextClock, told } from "./clock-words";
import { unitName } from "../units/unit-names";
import { agencyName } from "./operations";

@customElement("incident-clock")
export class IncidentClockView extends RunningView {
  @property({ attribute: false }) incident!: Incident;

  static override readonly styles = [
    lateStyle,
    css`
      :host {
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
        color: var(--ink2);
        white-space: nowrap;
      }

      .late {
        color: var(--ink);
      }
    `,
  ];

  protected override render() {
    const clock = nextClock(this.incident);
    if (!clock) return nothing;
    const named = clock.agency ? { ...clock, agency: this.text(agencyName(clock.agency)), unit: unitName(clock.unit) } : clock;
    const { text, late } = told(named, store.clock(), this.words.incidents);
    return html`<span class=${late ? "late" : ""}>${text}</span>`;
  }
}
