/** The road network: congestion now by the written rule, the slowest roads with the next hour, closures, incidents. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { serviceRead } from "../api/service-read";
import type { Value } from "../api/types";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { tableParts } from "../theme/table-parts";
import { Reading } from "../views/reading";
import { MobilityView } from "./mobility-view";
import "./network-reach";
import { type Ahead, missedValues, type Network, type OnRoads, type RoadRow, valuesOf } from "./network-types";

const STEPS = [15, 60] as const;
const VEHICLE = "vehicle:";

@customElement("mobility-network")
export class NetworkPage extends MobilityView {
  private readonly reading = new Reading<Network>(this, {
    key: () => this.vehicle,
    every: 30,
    read: (signal) => serviceRead<Network>("mobility", "network", { vehicle: this.vehicle }, signal),
    got: (network) => this.give(valuesOf(network)),
  });

  static override readonly styles = [
    controls,
    panelParts,
    tableParts,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.5rem 1rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .head p {
        flex: 1 1 16rem;
      }

      .tiles {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr));
        border-bottom: 1px solid var(--line);
      }

      th,
      td {
        padding: 0.375rem 0.5rem;
        border-bottom: 1px solid var(--line);
        text-align: right;
        font-weight: 400;
        vertical-align: middle;
      }

      thead th {
        color: var(--ink2);
        font-size: var(--t12);
        line-height: 1rem;
        vertical-align: bottom;
      }

      th:first-child {
        padding-left: 1.125rem;
        text-align: left;
      }

      tbody th button {
        padding: 0.25rem 0;
        min-width: 8rem;
        text-align: left;
        color: var(--accent);
      }

      .state {
        white-space: nowrap;
      }

      .state[data-state="congested"] {
        font-weight: 600;
      }

      .ahead {
        white-space: nowrap;
      }

      .note,
      .row {
        padding: 0.5rem 1.125rem;
      }

      li button {
        color: var(--accent);
        text-align: left;
      }
    `,
  ];

  private get vehicle(): string {
    return this.detail?.startsWith(VEHICLE) ? this.detail.slice(VEHICLE.length) : "";
  }

  protected override render() {
    const network = this.reading.value;
    return html`${this.stateOf(this.reading)} ${network ? this.network(network) : nothing}`;
  }

  private network(network: Network) {
    const { roads: say } = this.say;
    const tiles = [network.congested, network.judged, network.known, network.closed].filter((value) => value !== null);
    return html`
      <div class="head">
        <p class="small">
          ${say.rule(this.format.exact(network.rule.below), this.format.exact(network.rule.minutes))}
          ${network.rule.written ? say.ruleOfCity : say.ruleDefault}
        </p>
        ${network.vehicles.length > 1 ? this.classes(network) : nothing}
      </div>
      <div class="tiles">${tiles.map((value) => this.value(value, "tile"))}</div>
      <div class="section-head"><h2>${say.worst}</h2></div>
      ${network.roads.length === 0 ? html`<p class="empty">${say.none}</p>` : this.table(network)}
      ${this.missed(network)}
      ${this.list(say.closures, say.noClosure, network.closures)}
      ${network.moreClosures > 0 ? html`<p class="note small">${say.moreClosures(this.format.exact(network.moreClosures))}</p>` : nothing}
      ${this.list(say.incidents, say.noIncident, network.incidents)}
      <network-reach></network-reach>
      ${network.owners.length > 0 ? this.owners(network.owners) : nothing}
    `;
  }

  private owners(lengths: readonly Value[]) {
    return html`<div class="section-head"><h2>${this.say.roads.owner}</h2></div>
      <div class="tiles">${lengths.map((length) => this.value(length, "tile"))}</div>`;
  }

  private classes(network: Network) {
    const { roads: say } = this.say;
    const choose = (event: Event) => screenState.adjust({ detail: VEHICLE + (event.target as HTMLSelectElement).value });
    return html`<label class="field"
      >${say.vehicle}
      <select @change=${choose}>
        ${network.vehicles.map(
          (vehicle) => html`<option value=${vehicle} ?selected=${vehicle === network.vehicle}>${say.vehicles[vehicle] ?? vehicle}</option>`,
        )}
      </select>
    </label>`;
  }

  private table(network: Network) {
    const { roads: say } = this.say;
    const heads = [say.road, say.state, say.speed, say.share, say.travel, say.planning, say.buffer];
    const ahead = STEPS.map((minutes) => say.inMinutes(this.format.exact(minutes)));
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${say.worst}>
        <table>
          <thead>
            <tr>
              ${[...heads, ...ahead, say.error].map((head) => html`<th scope="col">${head}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${network.roads.map((row) => this.row(row))}
          </tbody>
        </table>
      </div>
      <p class="note small">${network.more > 0 ? say.more(this.format.exact(network.more)) : nothing} ${say.forecastNote}</p>
    `;
  }

  private missed(network: Network) {
    const { roads: say } = this.say;
    const values = missedValues(network.missed);
    if (values.length === 0) return nothing;
    return html`<div class="section-head"><h2>${say.missed}</h2></div>
      <div class="tiles">${values.map((value) => this.value(value, "tile"))}</div>`;
  }

  private row(row: RoadRow) {
    const { roads: say } = this.say;
    const values = [row.speedNow, row.speedShare, row.travelTimeIndex, row.planningTimeIndex, row.bufferIndex];
    return html`<tr>
      <th scope="row"><button @click=${() => screenState.openPlace(row.id)}>${row.name}</button></th>
      <td class="state" data-state=${row.state}>${say.states[row.state] ?? row.state}</td>
      ${values.map((value) => html`<td>${this.cell(value)}</td>`)}
      ${STEPS.map((minutes) => html`<td class="ahead">${this.ahead(row.forecast?.ahead.find((step) => Math.round(step.minutes) === minutes))}</td>`)}
      <td>${this.cell(row.forecast?.errorAt60 ?? null)}</td>
    </tr>`;
  }

  private cell(value: Value | null) {
    return value === null ? "–" : this.value(value, "cell");
  }

  private ahead(step: Ahead | undefined) {
    if (!step) return "–";
    const { value, low, high } = step;
    const of = (speed: number) => this.format.exact(Math.round(speed));
    return html`${of(value)} <span class="small">(${this.say.roads.between(of(low), of(high))})</span>`;
  }

  private list(title: string, none: string, things: readonly OnRoads[]) {
    const { roads: say } = this.say;
    const said = ({ what, since, until, saidBy, owner }: OnRoads) =>
      [
        what && (say.causes[what] ?? what),
        since && this.format.moment(since),
        until && say.until(this.format.moment(until)),
        saidBy,
        owner && (say.owners[owner] ?? owner),
      ]
        .filter(Boolean)
        .join(" · ");
    return html`<div class="section-head"><h2>${title}</h2></div>
      ${things.length === 0 ? html`<p class="note small">${none}</p>` : nothing}
      <ul>
        ${things.map(
          (thing) => html`<li class="row">
            <button @click=${() => screenState.openPlace(thing.id)}>${thing.name}</button>
            <div class="small">${said(thing)}</div>
          </li>`,
        )}
      </ul>`;
  }
}
