/** Who was asked to come, and what became of it. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Incident, Sent } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { agencyName } from "./operations";

@customElement("incident-agencies")
export class IncidentAgencies extends View {
  @property({ attribute: false }) incident!: Incident;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      li {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.375rem 1.125rem;
        font-size: 0.8125rem;
      }

      .gone {
        color: var(--ink3);
      }

      span:last-child {
        text-align: right;
      }
    `,
  ];

  protected override render() {
    const { sent, leadAgency } = this.incident;
    if (!sent.length && !leadAgency) return nothing;
    const words = this.words.incidents;
    const planned = leadAgency && !sent.some(({ agency }) => agency === leadAgency);
    return html`<div class="section-head"><h2>${words.agencyField}</h2></div>
      <ul>
        ${planned ? html`<li><span>${this.text(agencyName(leadAgency))} · ${words.lead}</span></li>` : nothing}
        ${sent.map((each) => this.row(each))}
      </ul>`;
  }

  private row({ agency, unit, role, state, since, reason }: Sent) {
    const words = this.words.incidents;
    const name = [this.text(agencyName(agency)), unit, role === "lead" ? words.lead : null].filter(Boolean).join(" · ");
    const why = reason ? (words.notOurs[reason] ?? reason) : null;
    const when = since ? this.format.recent(since, store.clock()) : null;
    return html`<li class=${state === "refused" || state === "withdrawn" ? "gone" : ""}>
      <span>${name}</span><span>${[words.sentState[state], why, when].filter(Boolean).join(" · ")}</span>
    </li>`;
  }
}
