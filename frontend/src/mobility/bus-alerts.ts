/** What operators tell of lines and stops, in their own words. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import type { AlertNow } from "./bus-types";
import { MobilityView } from "./mobility-view";

@customElement("bus-alerts")
export class BusAlerts extends MobilityView {
  @property({ attribute: false }) alerts: readonly AlertNow[] = [];

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .note,
      li {
        padding: 0.5rem 1.125rem;
      }

      li {
        border-bottom: 1px solid var(--line);
      }

      li button {
        color: var(--accent);
        text-align: left;
      }

      li p {
        max-width: 60ch;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const { buses: say } = this.say;
    return html`<div class="section-head">
        <h2>${say.alerts}</h2>
        <span class="count">${this.format.exact(this.alerts.length)}</span>
      </div>
      ${this.alerts.length === 0 ? html`<p class="note small">${say.noAlert}</p>` : nothing}
      <ul>
        ${this.alerts.map((alert) => this.alert(alert))}
      </ul>`;
  }

  private alert({ entity, name, description, cause, effect, lines, stops, since, until, at }: AlertNow) {
    const { buses: say } = this.say;
    const said = [
      cause && this.text(cause),
      effect && this.text(effect),
      lines && say.ofLines(lines),
      stops && say.ofStops(stops),
      since && say.since(this.format.moment(since)),
      until && say.until(this.format.moment(until)),
      say.toldAt(this.format.moment(at)),
    ];
    return html`<li>
      <button @click=${() => screenState.openPlace(entity)}>${name}</button>
      ${description ? html`<p>${description}</p>` : nothing}
      <div class="small">${said.filter(Boolean).join(" · ")}</div>
    </li>`;
  }
}
