/** What a file would give: counts, faults with row and reason, the mapping to be changed; then the load with its progress. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Problem } from "../api/client";
import { type Fault, type Handed, imports } from "../api/imports";
import { View } from "../frame/view";
import { controls, panelParts } from "../theme/controls";

const ASK_EVERY_MS = 400;
const FIRST = 12;

@customElement("import-preview")
export class ImportPreview extends View {
  @property({ attribute: false }) handed!: Handed;
  @state() private mapping: string | null = null;
  @state() private step: Handed | null = null;
  @state() private problem = "";
  @state() private busy = false;
  @state() private all = false;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .box {
        margin: 0.75rem 1.125rem;
        border: 1px solid var(--line);
        border-radius: 0.375rem;
        background: var(--raised);
        padding: 0.75rem;
        display: grid;
        gap: 0.75rem;
        justify-items: start;
      }

      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 0.8125rem;
      }

      th {
        text-align: left;
        font-weight: 400;
        color: var(--ink2);
      }

      th,
      td {
        padding: 0.25rem 0.5rem 0.25rem 0;
        border-bottom: 1px solid var(--line);
        vertical-align: top;
      }

      td.number {
        white-space: nowrap;
        color: var(--ink2);
      }

      .quarantine {
        color: var(--caution);
        font-weight: 500;
      }

      .field,
      .box > div {
        width: 100%;
      }

      textarea {
        font: 400 0.75rem/1.125rem ui-monospace, monospace !important;
        min-height: 12rem;
        resize: vertical;
        white-space: pre;
      }

      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }

      progress {
        width: 100%;
        accent-color: var(--accent);
      }
    `,
  ];

  protected override render() {
    const words = this.words.data;
    const preview = this.handed.preview;
    if (!preview) return nothing;
    const exact = (value: number) => this.format.exact(value);
    return html`<section class="box" aria-label=${this.handed.name}>
      <div>
        <h2>${this.handed.name}</h2>
        <p class="small">
          ${words.would(exact(preview.rows), exact(preview.accepted), exact(preview.flagged), exact(preview.rejected), exact(preview.repeated))}
        </p>
      </div>
      ${preview.faults.length ? this.faults(preview.faults) : html`<p class="small">${words.noFault}</p>`}
      <label class="field">
        ${words.mapping}
        <textarea spellcheck="false" ?disabled=${this.step !== null} .value=${this.mapping ?? preview.mapping}
          @input=${(event: Event) => (this.mapping = (event.target as HTMLTextAreaElement).value)}></textarea>
      </label>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.step ? this.progress(this.step) : this.acts()}
    </section>`;
  }

  private faults(faults: readonly Fault[]) {
    const words = this.words.data;
    const shown = this.all ? faults : faults.slice(0, FIRST);
    return html`<table>
        <thead>
          <tr><th>${words.row}</th><th>${words.field}</th><th>${words.reason}</th></tr>
        </thead>
        <tbody>
          ${shown.map(
            (fault) => html`<tr>
              <td class="number">${fault.row || words.wholeFile}</td>
              <td>${fault.field}</td>
              <td>
                ${fault.action === "quarantine" ? html`<span class="quarantine">${words.waits}:</span> ` : nothing}${this.text(fault.text)}
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${faults.length > shown.length
        ? html`<button class="button" @click=${() => (this.all = true)}>${words.allFaults(this.format.exact(faults.length))}</button>`
        : nothing}`;
  }

  private acts() {
    const words = this.words.data;
    return html`<div class="acts">
      <button class="button primary" ?disabled=${this.busy} @click=${this.load}>${words.load}</button>
      <button class="button" ?disabled=${this.busy || this.mapping === null} @click=${this.look}>${words.lookAgain}</button>
      <button class="button" ?disabled=${this.busy} @click=${() => this.finish()}>${words.leave}</button>
    </div>`;
  }

  private progress(step: Handed) {
    const words = this.words.data;
    const of = step.of || this.handed.preview?.rows || 1;
    const done = step.done ?? 0;
    return html`<div role="status">
      <progress max=${of} value=${done} aria-label=${words.loading}></progress>
      <p class="small">${words.steps[step.state]} ${this.format.exact(done)} / ${this.format.exact(of)}</p>
    </div>`;
  }

  private async trying(act: () => Promise<void>): Promise<void> {
    this.problem = "";
    this.busy = true;
    try {
      await act();
    } catch (cause) {
      this.step = null;
      this.problem = this.saidOf(cause);
    }
    this.busy = false;
  }

  private readonly look = () =>
    this.trying(async () => {
      this.handed = await imports.again(this.handed.id, this.mapping ?? "");
      this.mapping = null;
    });

  private readonly load = () =>
    this.trying(async () => {
      const mapping = this.mapping ?? this.handed.preview?.mapping ?? "";
      this.step = await imports.load(this.handed.id, mapping);
      while (this.step.state !== "done" && this.step.state !== "failed") {
        await new Promise((go) => setTimeout(go, ASK_EVERY_MS));
        this.step = await imports.one(this.handed.id);
      }
      if (this.step.state === "failed") throw new Problem(500, "", this.step.error ?? "");
      this.finish();
    });

  private finish(): void {
    this.dispatchEvent(new Event("finished"));
  }
}
