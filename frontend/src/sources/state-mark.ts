/** The state of a live source by shape and colour; grey unless it is abnormal. */
import { css, html, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SourceState } from "../api/source-types";
import { View } from "../frame/view";

const OCTAGON = svg`<path d="M5.700 1.500h6.600l4.200 4.200v6.600l-4.200 4.200H5.700l-4.200-4.200V5.700z"/>`;
const SHAPES: Record<SourceState, unknown> = {
  live: svg`<circle cx="9" cy="9" r="5.500"/>`,
  waiting: svg`<circle cx="9" cy="9" r="5.500" fill="none" stroke-dasharray="2.500 2.500"/>`,
  off: svg`<path d="M3.500 9h11" fill="none"/>`,
  late: svg`<path d="M9 1.800 17 16.200H1z"/>`,
  silent: OCTAGON,
  failing: OCTAGON,
};

@customElement("state-mark")
export class StateMark extends View {
  @property() state: SourceState = "waiting";

  static override readonly styles = css`
    :host {
      display: inline-grid;
      flex: none;
      width: 0.9375rem;
      height: 0.9375rem;
      color: var(--ink3);
    }

    :host([state="late"]) {
      color: var(--caution);
    }

    :host([state="silent"]),
    :host([state="failing"]) {
      color: var(--danger);
    }

    svg {
      width: 100%;
      height: 100%;
      fill: currentColor;
      stroke: currentColor;
      stroke-width: 1.6;
    }
  `;

  protected override render() {
    return html`<svg viewBox="0 0 18 18" aria-hidden="true">${SHAPES[this.state]}</svg>`;
  }
}
