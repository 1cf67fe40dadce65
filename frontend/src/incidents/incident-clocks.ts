/** All clocks of an incident: those that run, and how those that are over went. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Incident } from "../api/types";
import { RunningView } from "../frame/running-view";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { lateStyle } from "./clock-styles";
import { told } from "./clock-words";
import { unitName } from "../units/unit-names";
import { agencyName } from "./operations";

@customElement("incident-clocks")
export class IncidentClocks extends RunningView {
  @property({ attribute: false }) incident!: Incident;

  static override readonly styles = [
    controls,
    lateStyle,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      .met {
        color: var(--ink3);
      }
    `,
  ];

  protected override render() {
    const { clocks } = this.incident;
    if (!clocks.length) return nothing;
    const now = store.clock();
    return html`<ul aria-label=${this.words.incidents.clocks}>
      ${clocks.map((clock) => {
        const named = clock.agency ? { ...clock, agency: this.text(agencyName(clock.agency)), unit: unitName(clock.unit) } : clock;
        const { text, late } = told(named, now, this.words.incidents);
        return html`<li class="${clock.metAt ? "met" : ""} ${late ? "late" : ""}">${text}</li>`;
      })}
    </ul>`;
  }
}
