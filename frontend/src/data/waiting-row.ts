/** A row in quarantine: file, row and reason; unfolded, its cells can be corrected in place. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Correction, imports, type WaitingRow } from "../api/imports";
import { View } from "../frame/view";
import { controls, panelParts } from "../theme/controls";

@customElement("waiting-row")
export class WaitingRowView extends View {
  @property({ attribute: false }) row!: WaitingRow;
  @state() private open = false;
  @state() private cells: Record<string, string> = {};
  @state() private note = "";
  @state() private problem = "";
  @state() private busy = false;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .inner {
        padding: 0.75rem 1.125rem 1rem;
        border-bottom: 1px solid var(--line);
        background: var(--raised);
        display: grid;
        gap: 0.75rem;
      }

      .cells {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: 0.5rem 0.75rem;
      }

      .doubted input {
        border-color: var(--caution);
      }

      .acts {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.5rem;
      }

      .acts .field {
        flex: 1 1 12rem;
      }

      pre {
        margin: 0;
        max-height: 12rem;
        overflow: auto;
        font-size: 0.75rem;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const { row } = this;
    return html`
      <button class="row" aria-expanded=${this.open} @click=${() => (this.open = !this.open)}>
        <span class="main">
          <span>${this.text(row.reason)}</span><br />
          <span class="small">${this.words.data.where(row.file, row.row, row.field)}</span>
        </span>
        <span class="end small">${this.format.moment(row.at)}</span>
      </button>
      ${this.open ? this.inner() : nothing}
    `;
  }

  private inner() {
    const words = this.words.data;
    const { row } = this;
    const names = Object.keys(row.cells);
    return html`<div class="inner">
      ${names.length ? html`<div class="cells">${names.map((name) => this.cell(name))}</div>` : html`<pre>${row.raw}</pre>`}
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      <div class="acts">
        ${names.length
          ? html`<button class="button primary" ?disabled=${this.busy} @click=${() => this.deal({ cells: this.corrected() })}>
                ${words.correct}
              </button>
              <button class="button" ?disabled=${this.busy} @click=${() => this.deal({ accept: true })}>${words.accept}</button>`
          : nothing}
        <label class="field">
          ${words.note}
          <input .value=${this.note} @input=${(event: Event) => (this.note = (event.target as HTMLInputElement).value)} />
        </label>
        <button class="button" ?disabled=${this.busy || !this.note.trim()} @click=${() => this.deal({ dismiss: true, note: this.note })}>
          ${words.dismiss}
        </button>
      </div>
    </div>`;
  }

  private cell(name: string) {
    const { row } = this;
    const value = this.cells[name] ?? row.proposed[name] ?? row.cells[name] ?? "";
    const doubted = name in row.proposed || row.field.split(", ").includes(name);
    return html`<label class="field ${doubted ? "doubted" : ""}">
      <span class="cut-off">${name}${name in row.proposed ? html` (${this.words.data.proposed})` : nothing}</span>
      <input
        .value=${value}
        @input=${(event: Event) => (this.cells = { ...this.cells, [name]: (event.target as HTMLInputElement).value })}
      />
    </label>`;
  }

  private corrected(): Record<string, string> {
    return { ...this.row.proposed, ...this.cells };
  }

  private async deal(correction: Correction): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await imports.correct(this.row.id, correction);
      this.dispatchEvent(new Event("dealt"));
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    this.busy = false;
  }
}
