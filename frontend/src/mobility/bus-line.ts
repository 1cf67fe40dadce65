/** One line: the vehicles on it, how even they come at each stop, whom to hold where; advice to people, never a command. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { serviceRead } from "../api/service-read";
import { icon } from "../frame/icons";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { scrolledTable, tableParts } from "../theme/table-parts";
import "../value/method-mark";
import { Reading } from "../views/reading";
import type { Direction, Headways, LineNow, StopHeadways, VehicleBetween } from "./bus-types";
import { MobilityView } from "./mobility-view";

@customElement("bus-line")
export class BusLine extends MobilityView {
  @property({ attribute: false }) line!: LineNow;

  private readonly reading = new Reading<Headways>(this, {
    key: () => this.line.entity,
    every: 15,
    read: (signal) => serviceRead<Headways>("mobility", "headways", { route: this.line.entity, planned: this.planned }, signal),
  });

  static override readonly styles = [
    controls,
    panelParts,
    tableParts,
    css`
      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
        padding: 0.625rem 1.125rem 0;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .head {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        align-items: baseline;
        padding: 0.375rem 1.125rem 0.625rem;
        border-bottom: 1px solid var(--line);
      }

      .facts {
        display: flex;
        flex-wrap: wrap;
        border-bottom: 1px solid var(--line);
      }

      .facts > * {
        flex: 1 1 12rem;
      }

      .link {
        color: var(--accent);
      }

      th,
      td {
        padding: 0.375rem 0.75rem;
        border-bottom: 1px solid var(--line);
        text-align: right;
        font-weight: 400;
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

      th button {
        text-align: left;
        color: var(--accent);
      }

      .advice li {
        display: flex;
        gap: 0.75rem;
        padding: 0.5rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-weight: 500;
      }

      [data-standing="bunched"],
      [data-standing="gap"],
      [data-grade="E"],
      [data-grade="F"] {
        font-weight: 600;
      }

      .note {
        padding: 0.5rem 1.125rem;
        max-width: 70ch;
      }
    `,
  ];

  private get planned(): number | null {
    const value = this.line.planned?.value;
    return typeof value === "number" && value >= 0.5 && value <= 240 ? value : null;
  }

  protected override render() {
    const { buses: say } = this.say;
    const { line } = this;
    const told = this.reading.value;
    return html`<button class="back" @click=${() => screenState.adjust({ detail: "lines" })}>${icon("back", 15)} ${say.lines}</button>
      <div class="head">
        <h2>${line.line}</h2>
        <span>${line.name}</span>
        <button class="link small" @click=${() => screenState.openPlace(line.entity)}>${say.aboutLine}</button>
      </div>
      <div class="facts">${[line.planned, line.vehicles, line.delay].map((value) => (value ? this.value(value) : nothing))}</div>
      ${this.stateOf(this.reading)} ${told ? this.told(told) : nothing}`;
  }

  private told(told: Headways) {
    const { buses: say } = this.say;
    const running = told.directions.filter(({ vehicles, stops }) => vehicles.length || stops.some(({ passed }) => passed));
    return html`<p class="note small">
        <method-mark method=${told.method}></method-mark> ${say.headwaysAt(this.format.moment(told.at), this.format.exact(told.minutes))}
      </p>
      ${running.map((direction) => this.direction(direction))}
      ${told.notes.map((note) => html`<p class="note small">${this.text(note)}</p>`)}`;
  }

  private direction(direction: Direction) {
    const { buses: say } = this.say;
    const expected = direction.expected === null ? "" : this.minutes(direction.expected);
    const passed = direction.stops.filter((stop) => stop.passed > 0);
    return html`<div class="section-head">
        <h2>${direction.towards ? say.towards(direction.towards) : this.format.distance(direction.metres)}</h2>
        <span class="count">${say.expected[direction.expectedBy](expected)}</span>
      </div>
      <ul class="advice">
        ${direction.advice.map(
          (advice) => html`<li data-vehicle=${advice.vehicle}><span>${this.text(advice.text)}</span></li>`,
        )}
      </ul>
      ${direction.advice.length === 0 ? html`<p class="note small">${say.noAdvice}</p>` : nothing}
      ${direction.vehicles.length ? scrolledTable(say.vehicles, [say.vehicle, say.ahead, say.behind, say.standing, say.place, say.at], direction.vehicles.map((each) => this.vehicle(each))) : nothing}
      ${passed.length ? scrolledTable(say.stops, [say.stop, say.passed, say.mean, say.variation, say.grade, say.bunched, say.gaps], passed.map((each) => this.stop(each))) : nothing}`;
  }


  private vehicle({ entity, name, ahead, behind, standing, metres, at }: VehicleBetween) {
    const { buses: say } = this.say;
    return html`<tr data-vehicle=${entity}>
      <th scope="row"><button @click=${() => screenState.openPlace(entity)}>${name}</button></th>
      <td>${this.minutes(ahead)}</td>
      <td>${this.minutes(behind)}</td>
      <td data-standing=${standing ?? ""}>${standing === null ? "–" : say.standings[standing]}</td>
      <td>${this.format.distance(metres)}</td>
      <td>${this.format.hour(at)}</td>
    </tr>`;
  }

  private stop({ entity, name, passed, mean, variation, grade, bunched, gaps }: StopHeadways) {
    const exact = (value: number) => this.format.exact(value);
    return html`<tr>
      <th scope="row"><button @click=${() => screenState.openPlace(entity)}>${name}</button></th>
      <td>${exact(passed)}</td>
      <td>${this.minutes(mean)}</td>
      <td>${variation === null ? "–" : exact(variation)}</td>
      <td data-grade=${grade ?? ""}>${grade ?? "–"}</td>
      <td>${exact(bunched)}</td>
      <td>${exact(gaps)}</td>
    </tr>`;
  }

  private minutes(seconds: number | null): string {
    return seconds === null ? "–" : this.say.buses.minutes(this.format.exact(Math.round(seconds / 6) / 10));
  }
}
