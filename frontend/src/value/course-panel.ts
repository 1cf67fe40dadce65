/** A value that goes over time: its chart, how it came to be, and the same as a table. Loaded only where there is one. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { CoursePoint, Value } from "../api/types";
import { shortTime } from "../format/period";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "../why/why-link";
import { hasBand, hasPassed, highestOf } from "./course";
import "./course-chart";
import "./measured-error";
import "./method-mark";
import { providerName, unitText } from "./words";

const UNMEASURED = new Set(["forecast", "simulated", "modelled"]);

@customElement("course-panel")
export class CoursePanel extends View {
  @property({ attribute: false }) value!: Value;
  /** What it is a course of, in words. */
  @property() of = "";
  /** What its entity tells beside it: how far such courses have been from what came. */
  @property({ attribute: false }) facts: readonly Value[] = [];
  /** Its drawer; empty where it is told of another entity. */
  @property() address = "";
  /** The entity that tells it, where it is another one. */
  @property() from = "";
  @property() heading = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      section {
        padding-bottom: 0.75rem;
        border-bottom: 1px solid var(--line);
      }

      .section-head {
        border-bottom: 0;
        padding-bottom: 0.125rem;
      }

      p,
      measured-error,
      .acts,
      details {
        padding: 0 1.125rem;
      }

      .origin {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.375rem;
      }

      p svg {
        vertical-align: -0.125rem;
      }

      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        padding-top: 0.625rem;
      }

      summary {
        padding: 0.5rem 0 0.25rem;
        cursor: pointer;
        font-size: 0.8125rem;
        color: var(--accent);
      }

      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--t12);
        line-height: 1.25rem;
      }

      th {
        font-weight: 400;
        color: var(--ink2);
        text-align: left;
      }

      th,
      td {
        padding: 0.0625rem 0.5rem 0.0625rem 0;
      }

      .number {
        text-align: right;
      }
    `,
  ];

  protected override render() {
    const { value, words } = this;
    const points = value.course ?? [];
    const name = this.heading || this.text(value.label);
    return html`<section aria-label=${name}>
      <div class="section-head"><h2>${name}</h2><span class="count">${this.quantity()}</span></div>
      <p class="origin small">
        <method-mark .method=${value.method}></method-mark>
        <span>${[words.method[value.method ?? "unstated"], providerName(value, store.city?.sources ?? [], words, this.format), shortTime(value, words, this.format)].join(" · ")}</span>
      </p>
      ${value.method === "forecast" && hasPassed(points, store.clock()) ? html`<p class="small">${icon("clock", 13)} ${words.course.passed}</p>` : nothing}
      ${this.highest(points)}
      <course-chart .points=${points} ?broken=${UNMEASURED.has(value.method ?? "")}></course-chart>
      <p class="small">${hasBand(points) ? `${words.course.band} ` : ""}${words.course.zone(this.format.zone)}</p>
      <measured-error .facts=${this.facts}></measured-error>
      ${this.acts()}
      <details>
        <summary>${words.course.table}</summary>
        ${this.table(points, name)}
      </details>
    </section>`;
  }

  private quantity(): string {
    const unit = unitText(this.value, this.format);
    return [this.of, unit].filter(Boolean).join(", ");
  }

  private highest(points: readonly CoursePoint[]) {
    const highest = highestOf(points);
    if (!highest || highest.value === null) return nothing;
    const figure = `${this.format.glance(highest.value)} ${unitText(this.value, this.format)}`.trim();
    return html`<p class="small">${this.words.course.highest(figure, this.format.moment(highest.at))}</p>`;
  }

  private table(points: readonly CoursePoint[], name: string) {
    const { course } = this.words;
    const band = hasBand(points);
    const head = band ? [course.value, course.low, course.high] : [course.value];
    return html`<table aria-label=${name}>
      <thead>
        <tr><th scope="col">${course.at(this.format.zone)}</th>${head.map((word) => html`<th scope="col" class="number">${word}</th>`)}</tr>
      </thead>
      <tbody>
        ${points.map(
          (point) => html`<tr>
            <th scope="row">${this.format.day(point.at)}, ${this.format.hour(point.at)}</th>
            ${(band ? [point.value, point.low, point.high] : [point.value]).map((told) => this.cell(told))}
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private cell(told: number | null | undefined) {
    return html`<td class="number">${typeof told === "number" ? this.format.exact(told) : this.words.unknown}</td>`;
  }

  private acts() {
    const { address, from } = this;
    if (from) return html`<div class="acts"><button class="button" @click=${() => screenState.openPlace(from)}>${this.words.course.open}</button></div>`;
    if (!address) return nothing;
    return html`<div class="acts">
      <button class="button" aria-haspopup="dialog" @click=${() => screenState.adjust({ value: address })}>${this.words.drawer.title}</button>
      <why-link spelt .address=${address} .number=${false}></why-link>
    </div>`;
  }
}
