/** The after-action report of an incident on paper, in the language of the page; before the end it is an interim one. */
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { reportOf } from "../api/shift";
import { View } from "../frame/view";
import { controls } from "../theme/controls";

@customElement("incident-report")
export class IncidentReport extends View {
  @property() incidentId = "";
  @property({ type: Boolean }) closed = false;

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
        padding: 0.5rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      a {
        color: var(--accent);
      }
    `,
  ];

  protected override render() {
    const { report } = this.words.shift;
    return html`<a href=${reportOf(this.incidentId, this.format.language)} target="_blank" rel="noopener">${this.closed ? report.final : report.interim}</a>`;
  }
}
