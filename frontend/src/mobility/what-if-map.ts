/** The roads of a what-if as they are, as they would be, and what is between: three drawings of the same ground. */
import { css, html, nothing, svg } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { MobilityView } from "./mobility-view";
import { type DrawnRoad, type Drawing, drawn, type Figure, type Side } from "./what-if-lines";
import type { WhatIf } from "./what-if-types";

const FIGURES: readonly Figure[] = ["delay", "km", "co2"];
const SIDES: readonly Side[] = ["before", "after", "change"];

@customElement("what-if-map")
export class WhatIfMap extends MobilityView {
  @property({ attribute: false }) roads: WhatIf["roads"] = [];
  @state() private figure: Figure = "delay";

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
      }

      .field {
        display: inline-block;
        padding: 0.5rem 0.75rem;
      }

      .sides {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr));
        gap: 0.5rem;
        padding: 0 0.75rem 0.5rem;
      }

      figure {
        margin: 0;
        border: 1px solid var(--line);
        background: var(--land);
      }

      figcaption {
        padding: 0.25rem 0.5rem;
        font-weight: 600;
      }

      svg {
        display: block;
        width: 100%;
        height: 15rem;
      }

      path {
        fill: none;
        stroke-linecap: round;
        stroke-linejoin: round;
        vector-effect: non-scaling-stroke;
        cursor: pointer;
      }

      .s0,
      .d0 {
        stroke: var(--edge);
        stroke-width: 1.5;
      }

      .s1 {
        stroke: var(--hue-0);
        stroke-width: 2.5;
      }

      .s2 {
        stroke: var(--caution);
        stroke-width: 3.5;
      }

      .s3 {
        stroke: var(--hue-5);
        stroke-width: 4.5;
      }

      .s4 {
        stroke: var(--danger);
        stroke-width: 6;
      }

      .d1,
      .d2,
      .d3 {
        stroke: var(--danger);
      }

      .d-1,
      .d-2,
      .d-3 {
        stroke: var(--safe);
        stroke-dasharray: 6 5;
      }

      .d1,
      .d-1 {
        stroke-width: 2.5;
      }

      .d2,
      .d-2 {
        stroke-width: 4;
      }

      .d3,
      .d-3 {
        stroke-width: 6;
      }

      .key {
        display: flex;
        flex-wrap: wrap;
        gap: 0.125rem 0.75rem;
        padding: 0.25rem 0.5rem 0.5rem;
      }

      .key svg {
        display: inline-block;
        width: 1.5rem;
        height: 0.625rem;
      }

      .key path {
        cursor: default;
      }
    `,
  ];

  protected override render() {
    const { whatif: say } = this.say;
    const drawings = SIDES.map((side) => drawn(this.roads, this.figure, side));
    if (drawings.some((each) => !each)) return nothing;
    const choose = (event: Event) => (this.figure = (event.target as HTMLSelectElement).value as Figure);
    return html`<label class="field"
        >${say.drawn}
        <select @change=${choose}>
          ${FIGURES.map((figure) => html`<option value=${figure} ?selected=${figure === this.figure}>${say.figures[figure]}</option>`)}
        </select>
      </label>
      <div class="sides">${SIDES.map((side, at) => this.side(side, drawings[at] as Drawing))}</div>`;
  }

  private side(side: Side, drawing: Drawing) {
    const { whatif: say } = this.say;
    const title = `${say.sides[side]}: ${say.figures[this.figure]}`;
    const letter = side === "change" ? "d" : "s";
    return html`<figure data-side=${side}>
      <figcaption>${say.sides[side]}</figcaption>
      <svg role="img" aria-label=${title} viewBox=${drawing.box} preserveAspectRatio="xMidYMid meet">
        ${drawing.roads.map((road) => this.road(road, letter))}
      </svg>
      ${side === "change" ? this.changes(drawing.most) : this.scale(drawing.most)}
    </figure>`;
  }

  private road(road: DrawnRoad, letter: string) {
    return svg`<path class="${letter}${road.step}" d=${road.path} @click=${() => screenState.openPlace(road.id)}>
      <title>${road.name}: ${this.format.exact(round(road.value))}</title>
    </path>`;
  }

  private scale(most: number) {
    const ends = [0, 1, 2, 3, 4].map((step) => this.format.exact(round((most * (step + 1)) / 5)));
    return html`<p class="key small" aria-hidden="true">${ends.map((end, step) => html`<span>${this.stroke(`s${step}`)} ≤ ${end}</span>`)}</p>`;
  }

  private changes(most: number) {
    const { whatif: say } = this.say;
    return html`<p class="key small" aria-hidden="true">
      <span>${this.stroke("d-3")} ${say.less}</span> <span>${this.stroke("d0")} ${say.same}</span>
      <span>${this.stroke("d3")} ${say.more(this.format.exact(round(most)))}</span>
    </p>`;
  }

  private stroke(kind: string) {
    return html`<svg viewBox="0 0 24 10">${svg`<path class=${kind} d="M2 5L22 5"/>`}</svg>`;
  }
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}
