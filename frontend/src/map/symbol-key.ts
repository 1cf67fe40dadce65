/** The symbol of a layer, as the map draws it. */
import { css, html, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Layer } from "../api/types";
import { View } from "../frame/view";
import { setStyle } from "../theme/set-style";
import { OUTLINES } from "./shapes";

/** Of what is drawn as lines. */
const LINE = { path: "M1.5 12.5 6 6l4 4 4.500-6.500", hollow: true };

@customElement("symbol-key")
export class SymbolKey extends View {
  @property({ attribute: false }) layer!: Layer;

  static override readonly styles = css`
    :host {
      display: inline-grid;
      flex: none;
      width: 1rem;
      height: 1rem;
    }

    svg {
      width: 100%;
      height: 100%;
      stroke-width: 1.4;
    }
  `;

  protected override render() {
    const { path, hollow } = this.layer.drawing === "line" ? LINE : OUTLINES[this.layer.shape];
    const colour = `var(--hue-${this.layer.hue % 10})`;
    return html`<svg viewBox="0 0 16 16" aria-hidden="true" style=${setStyle({ fill: hollow ? "none" : colour, stroke: hollow ? colour : "none" })}>
      ${svg`<path d=${path}/>`}
    </svg>`;
  }
}
