/** "Taken over. Undo": for a few seconds after an act that is one's own and reversible. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import { undo } from "./undo";

@customElement("undo-bar")
export class UndoBar extends View {
  private readonly heard = () => this.requestUpdate();

  static override readonly styles = [
    controls,
    css`
      p {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.375rem 1.125rem;
        border-bottom: 1px solid var(--line);
        background: var(--raised);
        font-size: 0.8125rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    undo.addEventListener("change", this.heard);
  }

  override disconnectedCallback(): void {
    undo.removeEventListener("change", this.heard);
    super.disconnectedCallback();
  }

  protected override render() {
    const words = this.words.incidents;
    return html`<div role="status">
      ${undo.done
        ? html`<p>
            ${undo.done === "take" ? words.did_take : words.did_shelve}
            <button class="button" @click=${() => undo.undo()}>${words.undo} (u)</button>
          </p>`
        : nothing}
    </div>`;
  }
}
