/** Load and pace of the room: alarms an hour, time until taken, triaged and verified; by operator. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api } from "../api/client";
import type { OperatorFigures as Figures, Share } from "../api/types";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import { span } from "./clock-words";

const HOURS = 8;

@customElement("operator-figures")
export class OperatorFigures extends View {
  @state() private figures: Figures | null = null;
  @state() private refusal: string | null = null;

  static override readonly styles = [
    controls,
    css`
      details {
        border-top: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      summary {
        padding: 0.625rem 1.125rem;
        color: var(--ink2);
        cursor: pointer;
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.25rem 1.25rem;
        padding: 0 1.125rem 0.75rem;
      }

      dt {
        color: var(--ink3);
      }

      table {
        width: calc(100% - 2.25rem);
        margin: 0 1.125rem 0.75rem;
        border-collapse: collapse;
      }

      th {
        font-weight: 400;
        color: var(--ink3);
      }

      th,
      td {
        padding: 0.25rem 0;
        text-align: right;
        border-top: 1px solid var(--line);
      }

      th:first-child,
      td:first-child {
        text-align: left;
      }

      .small {
        padding: 0 1.125rem 0.75rem;
      }
    `,
  ];

  protected override render() {
    const words = this.words.incidents;
    return html`<details @toggle=${this.read}>
      <summary>${words.figures} · ${words.figuresOf(String(HOURS))}</summary>
      ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing} ${this.figures ? this.shown(this.figures) : nothing}
    </details>`;
  }

  private shown(figures: Figures) {
    const words = this.words.incidents;
    return html`<dl>
        <dt>${words.onDuty}</dt>
        <dd>${String(figures.onDuty)} · ${figures.onDutyKnown ? words.onDutyKnown : words.onDutyUnknown}</dd>
        <dt>${words.alarmsPerHour}</dt>
        <dd>${this.format.glance(figures.alarmsPerHour)} (${this.format.glance(figures.alarms)})</dd>
        ${(["acknowledged", "triaged", "verified"] as const).map((name) => html`<dt>${words.timeTo[name]}</dt><dd>${this.share(figures[name])}</dd>`)}
      </dl>
      ${figures.operators.length
        ? html`<table>
            <thead>
              <tr><th scope="col">${words.operator}</th><th scope="col">${words.taken}</th><th scope="col">${words.verifiedCount}</th><th scope="col">${words.closedCount}</th></tr>
            </thead>
            <tbody>
              ${figures.operators.map((each) => html`<tr><td>${each.name}</td><td>${each.taken}</td><td>${each.verified}</td><td>${each.closed}</td></tr>`)}
            </tbody>
          </table>`
        : nothing}
      <p class="small">${words.load}</p>`;
  }

  private share({ count, median, p90, inTime }: Share): string {
    const words = this.words.incidents;
    if (!count || median === null || p90 === null) return words.nothingCounted;
    const all = String(count);
    return `${words.median(span(median * 1000, words), span(p90 * 1000, words), all)}; ${words.inTime(String(inTime), all)}`;
  }

  private async read(event: Event): Promise<void> {
    if (!(event.target as HTMLDetailsElement).open) return;
    try {
      this.figures = await api.operatorFigures(HOURS);
      this.refusal = null;
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
  }
}
