/** Says over the map what the hand draws, and with which keys it ends. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import { pen } from "./pen";

@customElement("pen-notice")
export class PenNotice extends View {
  private readonly changed = () => this.requestUpdate();

  static override readonly styles = [
    controls,
    css`
      p {
        position: absolute;
        top: 1rem;
        left: 1.25rem;
        max-width: 44ch;
        padding: 0.5rem 0.75rem;
        border: 1px solid var(--line);
        border-left: 3px solid var(--danger);
        border-radius: 0.25rem;
        background: var(--surface);
        font-size: 0.8125rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    pen.addEventListener("change", this.changed);
  }

  override disconnectedCallback(): void {
    pen.removeEventListener("change", this.changed);
    super.disconnectedCallback();
  }

  protected override render() {
    return pen.mode === "off" ? nothing : html`<p role="status">${this.words.warned.drawing[pen.mode]}</p>`;
  }
}
