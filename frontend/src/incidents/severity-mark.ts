/** Severity by shape and colour, with its word for readers: octagon, triangle, circle (ISO 22324). */
import { css, html, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Severity } from "../api/types";
import { View } from "../frame/view";

const SHAPES = {
  danger: svg`<path d="M5.700 1.500h6.600l4.200 4.200v6.600l-4.200 4.200H5.700l-4.200-4.200V5.700z"/>`,
  caution: svg`<path d="M9 1.800 17 16.200H1z"/>`,
  information: svg`<circle cx="9" cy="9" r="6.200"/>`,
};

@customElement("severity-mark")
export class SeverityMark extends View {
  @property() severity: Severity = "information";
  @property({ type: Boolean }) taken = false;

  static override readonly styles = css`
    :host {
      display: inline-grid;
      flex: none;
      width: 1.125rem;
      height: 1.125rem;
    }

    svg {
      width: 100%;
      height: 100%;
      fill: currentColor;
      stroke: currentColor;
      stroke-width: 1.6;
      stroke-linejoin: round;
    }

    .danger {
      color: var(--danger);
    }

    .caution {
      color: var(--caution);
    }

    .information {
      color: var(--ink3);
    }

    .information,
    .taken {
      fill: none;
    }
  `;

  protected override render() {
    const word = this.words.severity[this.severity];
    return html`<svg viewBox="0 0 18 18" class="${this.severity} ${this.taken ? "taken" : ""}" role="img" aria-label=${word}>
      ${SHAPES[this.severity]}
    </svg>`;
  }
}
