/** The legend of a wall: what the symbols mean in one line, with nothing to press. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { shownLayers } from "./shown-layers";
import "./symbol-key";

@customElement("legend-strip")
export class LegendStrip extends View {
  static override readonly styles = [
    controls,
    css`
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1.75rem;
        padding: 0.625rem 1.5rem;
        background: var(--surface);
        border-top: 1px solid var(--line);
      }

      li {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        white-space: nowrap;
      }

      b {
        font-weight: 400;
        color: var(--ink2);
      }
    `,
  ];

  protected override render() {
    const layers = shownLayers(store.city?.layers ?? [], screenState.state.layers);
    return html`<ul aria-label=${this.words.legend}>
      ${layers.map(
        (layer) => html`<li>
          <symbol-key .layer=${layer}></symbol-key> ${this.text(layer.title)}
          <b>${this.format.exact(store.tables.get(layer.id)?.rows.size ?? layer.count)}</b>
        </li>`,
      )}
    </ul>`;
  }
}
