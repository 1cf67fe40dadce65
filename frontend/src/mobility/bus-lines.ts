/** All lines: how often they are planned to come now, how many vehicles are seen, how late they are; those that run first. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Value } from "../api/types";
import { moveFocus, typing } from "../lists/list-keys";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { tableParts } from "../theme/table-parts";
import type { Buses, LineNow } from "./bus-types";
import { MobilityView } from "./mobility-view";

/** More rows than this wait for a word in the filter. */
const MOST_ROWS = 100;

@customElement("bus-lines")
export class BusLines extends MobilityView {
  @property({ attribute: false }) buses!: Buses;
  @state() private filter = "";

  static override readonly styles = [
    controls,
    panelParts,
    tableParts,
    css`
      .filter {
        padding: 0.625rem 1.125rem;
      }

      th,
      td {
        padding: 0;
        border-bottom: 1px solid var(--line);
        text-align: right;
        font-weight: 400;
      }

      thead th {
        padding: 0.5rem 0.75rem 0.375rem;
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
        display: grid;
        width: 100%;
        min-width: 9rem;
        padding: 0.375rem 0;
        text-align: left;
      }

      tbody th strong {
        color: var(--accent);
        font-weight: 500;
      }

      .none {
        padding: 0 0.75rem;
        color: var(--ink3);
      }

      .note {
        padding: 0.5rem 1.125rem;
      }
    `,
  ];

  protected override render() {
    const { buses: say } = this.say;
    const wanted = this.filter.trim().toLocaleLowerCase();
    const found = this.buses.lines.filter(({ line, name }) => `${line} ${name}`.toLocaleLowerCase().includes(wanted));
    const runs = this.buses.lines.filter(({ rank }) => rank < 2).length;
    return html`<div class="section-head">
        <h2>${say.lines}</h2>
        <span class="count" role="status">${say.linesSaid(this.format.exact(this.buses.lines.length), this.format.exact(runs))}</span>
      </div>
      ${this.buses.lines.length === 0 ? html`<div class="empty"><p>${say.noLine}</p><div><button class="button" @click=${() => screenState.openService("mobility/corridors")}>${say.corridors.corridors}</button></div></div>` : this.table(found)}`;
  }

  private table(found: readonly LineNow[]) {
    const { buses: say } = this.say;
    const rest = found.length - MOST_ROWS + this.buses.more;
    return html`<label class="field filter">${say.filter}<input type="search" .value=${this.filter} @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)} /></label>
      <div class="scroll" tabindex="0" role="region" aria-label=${say.lines} @keydown=${this.key}>
        <table>
          <thead>
            <tr>
              ${[say.line, say.planned, say.seen, say.delay, say.departures].map((head) => html`<th scope="col">${head}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${found.slice(0, MOST_ROWS).map((line) => this.row(line))}
          </tbody>
        </table>
      </div>
      <p class="note small">
        ${rest > 0 ? say.moreLines(this.format.exact(rest)) : nothing} ${this.buses.notes.map((note) => html`${this.text(note)} `)}
      </p>`;
  }

  private row(line: LineNow) {
    return html`<tr data-line=${line.line}>
      <th scope="row">
        <button data-move @click=${() => screenState.adjust({ detail: `line:${line.entity}` })}><strong>${line.line}</strong><span class="small">${line.name}</span></button>
      </th>
      <td>${this.cell(line.planned)}</td>
      <td>${this.cell(line.vehicles.value === 0 ? null : line.vehicles)}</td>
      <td>${this.cell(line.delay)}</td>
      <td><span class="none">${line.departures === null ? "–" : this.format.exact(line.departures)}</span></td>
    </tr>`;
  }

  private cell(value: Value | null) {
    return value === null ? html`<span class="none">–</span>` : this.value(value, "cell");
  }

  private key(event: KeyboardEvent): void {
    if (typing(event)) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-move]")];
    moveFocus(event, rows, this.shadowRoot?.activeElement as HTMLElement | null);
  }
}
