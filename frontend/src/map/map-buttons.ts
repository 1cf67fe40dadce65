/** Zoom, and back to the whole city. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { controls } from "../theme/controls";

@customElement("map-buttons")
export class MapButtons extends View {
  static override readonly styles = [
    controls,
    css`
      div {
        display: grid;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        background: var(--surface);
        overflow: hidden;
      }

      button {
        display: grid;
        place-items: center;
        width: 2.25rem;
        height: 2.25rem;
        color: var(--ink2);
      }

      button:hover {
        color: var(--ink);
        background: var(--raised);
      }

      button + button {
        border-top: 1px solid var(--line);
      }

      button:focus-visible {
        outline-offset: -3px;
      }
    `,
  ];

  protected override render() {
    const zoom = (by: number) => () => this.dispatchEvent(new CustomEvent("zoom", { detail: by }));
    return html`<div role="group" aria-label=${this.words.map}>
      <button aria-label=${this.words.wholeCity} title=${this.words.wholeCity} @click=${() => this.dispatchEvent(new Event("whole"))}>
        ${icon("whole", 16)}
      </button>
      <button aria-label=${this.words.zoomIn} title=${this.words.zoomIn} @click=${zoom(1)}>${icon("plus", 16)}</button>
      <button aria-label=${this.words.zoomOut} title=${this.words.zoomOut} @click=${zoom(-1)}>${icon("minus", 16)}</button>
    </div>`;
  }
}
