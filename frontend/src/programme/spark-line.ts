/** A trend as a line of its own height: the shape of a history, not its figures. One point is a dot, none is nothing. */
import { css, html, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import { sparkPath } from "./spark-path";

export const WIDTH = 60;
export const HEIGHT = 20;

@customElement("spark-line")
export class SparkLine extends View {
  @property({ attribute: false }) points: readonly (readonly [at: string, value: number, ...rest: unknown[]])[] = [];

  static override readonly styles = [
    controls,
    css`
      svg {
        display: block;
        overflow: visible;
      }

      path {
        fill: none;
        stroke: var(--ink3);
        stroke-width: 1.25;
        stroke-linejoin: round;
      }

      circle {
        fill: var(--ink2);
      }
    `,
  ];

  protected override render() {
    const drawn = sparkPath(this.points, WIDTH, HEIGHT);
    if (!drawn) return nothing;
    const { path, end } = drawn;
    return html`<svg width=${WIDTH} height=${HEIGHT} viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
      ${this.points.length > 1 ? svg`<path d=${path}></path>` : nothing}
      ${svg`<circle cx=${end[0]} cy=${end[1]} r="1.75"></circle>`}
    </svg>`;
  }
}
