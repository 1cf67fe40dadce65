/** Who was asked to come, and what became of it. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Incident, Sent } from "../api/types";
import { RunningView } from "../frame/running-view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { unitName } from "../units/unit-names";
import { agencyName } from "./operations";

@customElement("incident-agencies")
export class IncidentAgencies extends RunningView {
  @property({ attribute: false }) incident!: Incident;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      ul > li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.375rem 1.125rem;
        font-size: 0.8125rem;
      }

      .gone {
        color: var(--ink3);
      }

      span:last-of-type {
        text-align: right;
      }

      ol {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
        width: 100%;
        color: var(--ink2);
        font-size: var(--t12);
      }

      .late {
        color: var(--danger);
        font-weight: 600;
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

  private row(sent: Sent) {
    const { agency, unit, role, state, since, reason } = sent;
    const words = this.words.incidents;
    const name = [this.text(agencyName(agency)), unitName(unit), role === "lead" ? words.lead : null].filter(Boolean).join(" · ");
    const why = reason ? (words.notOurs[reason] ?? reason) : null;
    const when = since ? this.format.recent(since, store.clock()) : null;
    const gone = state === "refused" || state === "withdrawn";
    return html`<li class=${gone ? "gone" : ""}>
      <span>${name}</span><span>${[words.sentState[state], why, when].filter(Boolean).join(" · ")}</span>
      ${gone ? nothing : html`<ol aria-label=${words.ownClocks}>${this.times(sent)}</ol>`}
    </li>`;
  }

  /** Asked, accepted, arrived, finished, each with its target where that is not yet, or was not, kept. */
  private times(sent: Sent) {
    const states = this.words.incidents.sentState;
    return [
      this.time(states.sent, sent.sentAt, null),
      this.time(states.accepted, sent.acceptedAt, sent.finishedAt ? null : sent.acceptBy),
      this.time(states.onScene, sent.arrivedAt, sent.finishedAt ? null : sent.arriveBy),
      this.time(states.finished, sent.finishedAt, null),
    ];
  }

  private time(word: string, at: string | null, by: string | null) {
    const now = store.clock();
    const late = by !== null && Date.parse(by) < (at ? Date.parse(at) : now.getTime());
    const target = by && (late || !at) ? this.words.incidents.by(this.format.recent(by, now)) : "";
    if (!at && !target) return nothing;
    return html`<li class=${late ? "late" : ""}>${[word, at && this.format.recent(at, now), target, late && this.words.incidents.lateWord].filter(Boolean).join(" ")}</li>`;
  }
}
