/** A section of the report that a service shows: its tiles and its table, of a period that one chooses. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ofTenant } from "../api/tenant";
import type { Value } from "../api/types";
import { type Section, views } from "../api/views";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { cellAddress, report, reportTileAddress } from "../live/report";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { tableParts } from "../theme/table-parts";
import "../value/value-view";
import { monthAfter, monthBefore } from "./months";

@customElement("report-section")
export class ReportSection extends View {
  @property({ attribute: false }) section!: Section;

  static override readonly styles = [
    controls,
    panelParts,
    tableParts,
    css`
      .section-head {
        flex-wrap: wrap;
        align-items: center;
      }

      h2 {
        flex: 1 1 auto;
      }

      .period {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
        font-size: 0.8125rem;
        white-space: nowrap;
      }

      .period button {
        display: grid;
        place-items: center;
        width: 1.75rem;
        height: 1.75rem;
        border-radius: 0.375rem;
      }

      .period button:hover:not(:disabled) {
        background: var(--raised);
      }

      .period button:disabled {
        opacity: 0.35;
      }

      .take {
        color: var(--accent);
      }

      .note {
        padding: 0.625rem 1.125rem 0;
      }

      .tiles {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
        border-bottom: 1px solid var(--line);
      }

      th,
      td {
        padding: 0;
        border-bottom: 1px solid var(--line);
        text-align: right;
        font-weight: 400;
        vertical-align: middle;
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

      th:last-child {
        padding-right: 1.125rem;
      }

      td:last-child {
        padding-right: 0.375rem;
      }

      tbody th button {
        padding: 0.5rem 0;
        min-width: 5.5rem;
        text-align: left;
        color: var(--accent);
      }
    `,
  ];

  protected override render() {
    const { section, words } = this;
    return html`<section aria-label=${this.text(section.title)}>
      <div class="section-head">
        <h2>${this.text(section.title)}</h2>
        ${this.period()}
        <a class="take small" href=${ofTenant(views.csv(section.id, section.period, screenState.language, store.past))} download
          aria-label="${words.programme.csv}: ${this.text(section.title)}">${words.programme.csv}</a>
      </div>
      ${section.note ? html`<p class="note small">${this.text(section.note)}</p>` : nothing}
      ${report.failed.has(section.id) ? html`<p class="notice" role="alert">${words.views.failed}</p>` : nothing}
      <div class="tiles">
        ${section.tiles.map((tile) => html`<value-view .value=${tile} .address=${reportTileAddress(section, tile)}></value-view>`)}
      </div>
      ${this.table()}
    </section>`;
  }

  /** One month back, or on; a month that has not begun has no report. */
  private period() {
    const { id, period } = this.section;
    const after = monthAfter(period);
    const words = this.words.views;
    return html`<span class="period">
      <button aria-label=${words.before} @click=${() => report.choose(id, monthBefore(period))}>${icon("back", 14)}</button>
      <span>${this.format.month(period)}</span>
      <button aria-label=${words.after} ?disabled=${after > this.thisMonth()} @click=${() => report.choose(id, after)}>${icon("next", 14)}</button>
    </span>`;
  }

  private thisMonth(): string {
    return this.format.isoMonth(store.clock());
  }

  private table() {
    const { section, words } = this;
    if (section.columns.length === 0) return nothing;
    if (section.rows.length === 0) return html`<p class="empty">${words.views.noRows(this.format.month(section.period))}</p>`;
    return html`<div class="scroll">
        <table>
          <caption class="unseen">${this.text(section.title)}, ${this.format.month(section.period)}</caption>
          <thead>
            <tr>
              <th scope="col">${words.views.name}</th>
              ${section.columns.map(({ title }) => html`<th scope="col">${this.text(title)}</th>`)}
            </tr>
          </thead>
          <tbody>${section.rows.map((row) => this.row(row))}</tbody>
        </table>
      </div>
      ${section.cut ? html`<p class="note small">${words.views.cut}</p>` : nothing}`;
  }

  private row({ entity, name, cells }: Section["rows"][number]) {
    return html`<tr data-entity=${entity}>
      <th scope="row"><button @click=${() => screenState.openPlace(entity)}>${name}</button></th>
      ${cells.map((cell: Value, column) => html`<td>
        <value-view look="cell" .value=${cell} .address=${cellAddress(this.section, entity, column)}></value-view>
      </td>`)}
    </tr>`;
  }
}
