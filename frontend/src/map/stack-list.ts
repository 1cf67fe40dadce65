/** Things that stand at one place of the map, to choose from. */
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { moveFocus } from "../lists/list-keys";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { ailingRow } from "../sources/ailing";
import "../sources/ailing-mark";
import { controls } from "../theme/controls";
import type { Stacked } from "./stacks";
import "./symbol-key";

@customElement("stack-list")
export class StackList extends View {
  @property({ attribute: false }) things: readonly Stacked[] = [];

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
        width: 18rem;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        background: var(--raised);
        font-size: 0.8125rem;
      }

      header {
        display: flex;
        justify-content: space-between;
        padding: 0.375rem 0.5rem 0.375rem 0.75rem;
        color: var(--ink2);
      }

      ul {
        max-height: 14rem;
        overflow: auto;
      }

      li button {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        width: 100%;
        padding: 0.25rem 0.75rem;
        text-align: left;
      }

      li button:hover {
        background: color-mix(in srgb, var(--accent) 10%, transparent);
      }

      button:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("li button")?.focus();
  }

  protected override render() {
    const title = this.words.stack(this.things.length);
    return html`<section aria-label=${title} @keydown=${this.key}>
      <header>
        ${title}
        <button aria-label=${this.words.close} title=${this.words.close} @click=${this.close}>${icon("close", 14)}</button>
      </header>
      <ul>
        ${this.things.map(
          ({ row, layer }) => html`<li>
            <button data-move @click=${() => this.choose(row.id)}>
              <symbol-key .layer=${layer}></symbol-key><span class="cut-off">${row.name}</span>
              <ailing-mark .source=${ailingRow(store.now, row)}></ailing-mark>
            </button>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  private choose(id: string): void {
    this.close();
    screenState.openPlace(id);
  }

  private close(): void {
    this.dispatchEvent(new Event("close"));
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      return this.close();
    }
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-move]")];
    moveFocus(event, rows, event.composedPath()[0] as HTMLElement);
  }
}
