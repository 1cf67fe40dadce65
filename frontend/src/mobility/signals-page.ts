/** All junctions in one calm table: who has each, its health, queue, how far it is as planned, what the shadow would save. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { serviceRead } from "../api/service-read";
import type { SourceState } from "../api/source-types";
import type { Value } from "../api/types";
import { moveFocus, typing } from "../lists/list-keys";
import { screenState } from "../screen/screen";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import { tableParts } from "../theme/table-parts";
import { madeValue } from "../value/made-value";
import "../value/method-mark";
import { Reading } from "../views/reading";
import { type Health, healthOf, inTroubleFirst, type SignalRow } from "./city-signals";
import { MobilityView } from "./mobility-view";

const MARKS: Record<Health, SourceState> = { none: "off", well: "live", fallen: "late", cut: "silent" };
const PER_CENT = { id: "%", en: "%", ja: "%" };

@customElement("mobility-signals")
export class SignalsPage extends MobilityView {
  private readonly reading = new Reading<{ junctions: SignalRow[] }>(this, {
    key: () => "all",
    read: (signal) => serviceRead("mobility", "signals", {}, signal),
    every: 10,
    got: ({ junctions }) => this.give(junctions.flatMap((row) => this.values(row))),
  });

  static override readonly styles = [
    controls,
    panelParts,
    tableParts,
    css`
      :host {
        display: block;
      }

      th {
        padding: 0.5rem 0.75rem;
        color: var(--ink3);
        font: 400 var(--t12) / 1rem var(--text);
        text-align: right;
        white-space: nowrap;
      }

      th:first-child,
      td:first-child,
      th:nth-child(2),
      td:nth-child(2) {
        text-align: left;
      }

      th:first-child {
        padding-left: 1.125rem;
      }

      tbody tr {
        border-top: 1px solid var(--line);
      }

      tbody tr:hover {
        background: color-mix(in srgb, var(--accent) 7%, transparent);
      }

      td {
        padding: 0;
        text-align: right;
      }

      .who {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        width: 100%;
        min-width: 11rem;
        padding: 0.5rem 0.5rem 0.5rem 1.125rem;
        font-weight: 500;
      }

      .how {
        padding: 0.5rem 0.75rem;
        font-size: 0.8125rem;
        color: var(--ink2);
      }

      .fallen,
      .cut {
        color: var(--ink);
        font-weight: 500;
      }
    `,
  ];

  protected override render() {
    const { say } = this;
    const rows = inTroubleFirst(this.reading.value?.junctions ?? []);
    if (this.reading.value && rows.length === 0) return html`<p class="empty">${say.signals.noJunctions}</p>`;
    if (rows.length === 0) return this.stateOf(this.reading);
    return html`${this.stateOf(this.reading)}
      <p class="section-head" role="status">${this.summary(rows)}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${say.signals.title} @keydown=${this.key}>
        <table>
          <thead>
            <tr>
              ${[say.signals.junction, say.signals.control, say.signals.standing, say.signals.detectors, say.signals.asPlanned, say.signals.saved].map((word) => html`<th scope="col">${word}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map((row) => this.row(row))}
          </tbody>
        </table>
      </div>`;
  }

  private summary(rows: readonly SignalRow[]): string {
    const health = rows.map(healthOf);
    const [run, ill] = [health.filter((each) => each !== "none").length, health.filter((each) => each === "cut" || each === "fallen").length];
    return this.say.signals.summary(this.format.exact(rows.length), this.format.exact(run), this.format.exact(ill));
  }

  private row(row: SignalRow) {
    const health = healthOf(row);
    return html`<tr data-health=${health} data-junction=${row.junction}>
      <td>
        <button class="who" data-move @click=${() => screenState.openPlace(row.junction)}>
          <state-mark state=${MARKS[health]}></state-mark> ${row.name} ${row.method === "simulated" ? html`<method-mark method="simulated"></method-mark>` : nothing}
        </button>
      </td>
      <td class="how ${health}">${this.how(row, health)}</td>
      ${this.values(row).map((value) => html`<td>${value.value === null ? html`<span class="how">–</span>` : this.value(value, "cell")}</td>`)}
    </tr>`;
  }

  private how({ control, plan, reason }: SignalRow, health: Health): string {
    const { say } = this;
    if (control === null) return say.signals.none;
    if (health === "cut") return say.junction.cut;
    if (health === "fallen") return say.junction.fallen(this.wordOf(say.reasons, reason));
    return control === "plan" && plan ? say.junction.planNamed(plan) : this.wordOf(say.modes, control);
  }

  private values({ junction, at, method, provider, standing, heard, detectors, asPlanned, saved }: SignalRow): Value[] {
    const run = { method, provider, observedAt: at, entity: junction };
    const share = { unit: "P1", unitText: PER_CENT };
    return [
      madeValue({ ...run, label: this.inAll((say) => say.signals.standingAll), value: standing, unit: "C62", attribute: "queuedVehicles", derived: this.inAll((say) => say.junction.queueRule) }),
      madeValue({ ...run, label: this.inAll((say) => say.junction.detectors), value: detectors ? `${heard}/${detectors}` : null, attribute: "detectorsHeard", derived: this.inAll((say) => say.junction.detectors) }),
      madeValue({ ...run, ...share, label: this.inAll((say) => say.signals.asPlanned), value: asPlanned, attribute: "asPlanned", derived: this.inAll((say) => say.signals.asPlannedRule) }),
      madeValue({ ...run, ...share, label: this.inAll((say) => say.signals.saved), value: saved, method: method && "modelled", attribute: "shadowGain", derived: this.inAll((say) => say.signals.savedRule) }),
    ];
  }

  private key(event: KeyboardEvent): void {
    if (typing(event)) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-move]")];
    const at = event.target as HTMLElement;
    if (moveFocus(event, rows, at)) return;
    const id = at.closest<HTMLElement>("tr")?.dataset["junction"];
    if (event.key === "m" && id) screenState.showOnMap(id);
  }
}
