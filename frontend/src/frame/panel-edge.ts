/** The edge between map and panel: dragged, or moved with the arrow keys. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { View } from "./view";

const USUAL = 26.25;
const LEAST = 20;
const MOST = 60;

@customElement("panel-edge")
export class PanelEdge extends View {
  static override readonly styles = [
    controls,
    css`
      :host {
        position: absolute;
        inset: 0 -0.25rem 0 auto;
        width: 0.5rem;
        z-index: 4;
      }

      div {
        height: 100%;
        cursor: col-resize;
        touch-action: none;
      }

      div:hover,
      div:focus-visible {
        background: color-mix(in srgb, var(--accent) 40%, transparent);
        outline: none;
      }
    `,
  ];

  protected override render() {
    const width = screenState.state.panel ?? USUAL;
    return html`<div
      role="separator"
      tabindex="0"
      aria-orientation="vertical"
      aria-label=${this.words.resize}
      aria-valuenow=${Math.round(width)}
      aria-valuemin=${LEAST}
      aria-valuemax=${MOST}
      @pointerdown=${this.grab}
      @pointermove=${this.drag}
      @dblclick=${() => screenState.adjust({ panel: null })}
      @keydown=${this.key}
    ></div>`;
  }

  private grab(event: PointerEvent): void {
    (event.target as HTMLElement).setPointerCapture(event.pointerId);
  }

  private drag(event: PointerEvent): void {
    if (!(event.target as HTMLElement).hasPointerCapture(event.pointerId)) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.set((window.innerWidth - event.clientX) / rem);
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowLeft: 1, ArrowRight: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.set((screenState.state.panel ?? USUAL) + step);
  }

  private set(width: number): void {
    const kept = Math.min(MOST, Math.max(LEAST, Math.round(width * 4) / 4));
    screenState.adjust({ panel: kept === USUAL ? null : kept });
  }
}
