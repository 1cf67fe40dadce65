/** The keys of the console. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { controls } from "../theme/controls";
import { View } from "./view";

@customElement("key-help")
export class KeyHelp extends View {
  static override readonly styles = [
    controls,
    css`
      dialog {
        width: 46rem;
        max-width: calc(100vw - 2rem);
        padding: 1.125rem 1.375rem 1.375rem;
        border: 1px solid var(--line);
        border-radius: 0.625rem;
        background: var(--surface);
        color: var(--ink);
        box-shadow: 0 1rem 3rem var(--shade);
      }

      dialog::backdrop {
        background: var(--shade);
      }

      h2 {
        font: 500 1.0625rem/1.5rem var(--text);
        margin-bottom: 0.5rem;
      }

      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr));
        gap: 0 2rem;
      }

      h3 {
        font: 600 0.8125rem/1.25rem var(--text);
        padding: 0.3125rem 0;
      }

      dl div {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.3125rem 0;
        border-top: 1px solid var(--line);
      }

      dd {
        white-space: nowrap;
      }

      kbd {
        padding: 0.0625rem 0.375rem;
        border: 1px solid var(--line);
        border-radius: 0.25rem;
        background: var(--raised);
        font: 500 0.75rem/1.125rem var(--text);
      }

      .button {
        margin-top: 0.875rem;
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render() {
    const { keyList } = this.words;
    const lines: [string, string[]][] = [
      [keyList.search, ["/"]],
      [keyList.pages, ["1", "2", "3", "4", "5"]],
      [keyList.move, ["↑", "↓"]],
      [keyList.open, ["Enter"]],
      [keyList.map, ["m"]],
      [keyList.back, ["Esc"]],
      [keyList.theme, ["d"]],
      [keyList.wall, ["w"]],
      [keyList.help, ["?"]],
    ];
    const { keys } = this.words.incidents;
    const events: [string, string[]][] = [
      [keys.next, ["j", "k"]],
      [keys.take, ["a"]],
      [keys.triage, ["t"]],
      [keys.units, ["e"]],
      [keys.dispatch, ["d"]],
      [keys.resolve, ["r"]],
      [keys.verify, ["v"]],
      [keys.close, ["c"]],
      [keys.prank, ["p"]],
      [keys.note, ["i"]],
      [keys.shelve, ["s"]],
      [keys.alike, ["y", "x"]],
      [keys.undo, ["u"]],
      [keys.report, ["n"]],
      [this.words.warned.give, ["b"]],
    ];
    const list = (each: [string, string[]][]) => html`<dl>
      ${each.map(([what, pressed]) => html`<div><dt>${what}</dt><dd>${pressed.map((key) => html`<kbd>${key}</kbd> `)}</dd></div>`)}
    </dl>`;
    return html`<dialog aria-labelledby="keys" @close=${this.done}>
      <h2 id="keys">${this.words.keys}</h2>
      <div class="columns">
        ${list(lines)}
        <div>
          <h3>${this.words.incidents.keysTitle}</h3>
          ${list(events)}
        </div>
      </div>
      <button class="button" @click=${this.done} autofocus>${this.words.close}</button>
    </dialog>`;
  }

  private done(): void {
    this.dispatchEvent(new CustomEvent("done"));
  }
}
