/** A roster or a shift's list as a file: what it would change and what is wrong, row by row; loaded only when asked. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Preview, roster } from "../api/roster";
import { View } from "../frame/view";
import { rosterWords } from "../strings/roster";
import { controls, panelParts } from "../theme/controls";
import { rosterStyles } from "./roster-styles";

const SHOWN = 50;

@customElement("roster-import")
export class RosterImport extends View {
  @state() private preview: Preview | null = null;
  @state() private problem = "";
  @state() private done = "";

  private contents = "";

  static override readonly styles = [controls, panelParts, rosterStyles];

  protected override render() {
    const words = rosterWords();
    return html`<section aria-label=${words.import}>
      <div class="section-head">
        <h2>${words.import}</h2>
        <label class="button">${words.choose}<input class="unseen" type="file" accept=".csv,text/csv" @change=${this.chosen} /></label>
      </div>
      <p class="text small">${words.importHow}</p>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.done ? html`<p class="notice" role="status">${this.done}</p>` : nothing} ${this.preview ? this.shown(this.preview) : nothing}
    </section>`;
  }

  private shown(preview: Preview) {
    const words = rosterWords();
    const count = (change: string) => preview.changes.filter((each) => each.change === change).length;
    const real = preview.changes.filter(({ change }) => change !== "same").slice(0, SHOWN);
    return html`<div class="box">
      <p>${words.would(count("new"), count("changed"), count("same"), preview.faults.length)}</p>
      ${preview.faults.length
        ? html`<table>
            <thead><tr><th>${words.row}</th><th>${words.field}</th><th>${words.reason}</th></tr></thead>
            <tbody>${preview.faults.map((each) => html`<tr><td>${each.row || "–"}</td><td>${each.field}</td><td>${each.reason}</td></tr>`)}</tbody>
          </table>`
        : nothing}
      ${real.length
        ? html`<ul>${real.map((each) => html`<li class="small">${each.name} (${each.code}): ${words.becomes[each.change]} ${each.fields.join(", ")}</li>`)}</ul>`
        : nothing}
      <div class="acts">
        ${preview.faults.length ? html`<p class="small">${words.faultsFirst}</p>` : html`<button class="button primary" @click=${this.load}>${words.load}</button>`}
        <button class="button" @click=${() => (this.preview = null)}>${words.cancel}</button>
      </div>
    </div>`;
  }

  private readonly chosen = async (event: Event) => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    this.problem = this.done = "";
    try {
      this.contents = await file.text();
      this.preview = await roster.preview(this.contents);
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  };

  private readonly load = async () => {
    try {
      const { units } = await roster.load(this.contents);
      this.preview = null;
      this.done = rosterWords().loaded(units);
      this.dispatchEvent(new Event("changed"));
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  };
}
