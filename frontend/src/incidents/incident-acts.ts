/** What can be done about an incident: take it over, note, hand on, close. The last two say what will happen first. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Incident, IncidentAct } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { carryOut } from "./act";

type Form = "note" | "hand" | "resolve" | "close";

@customElement("incident-acts")
export class IncidentActs extends View {
  @property({ attribute: false }) incident!: Incident;
  @state() private form: Form | null = null;
  @state() private busy = false;
  @state() private refusal: string | null = null;

  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }

      form {
        display: grid;
        gap: 0.625rem;
        padding: 0.75rem;
        border: 1px solid var(--line);
        border-radius: 0.375rem;
      }
    `,
  ];

  protected override render() {
    const { incident, words } = this;
    if (incident.state === "closed" || store.past) return nothing;
    const choice = (form: Form, word: string) =>
      html`<button class="button" aria-expanded=${this.form === form} @click=${() => this.choose(form)}>${word}</button>`;
    return html`
      <div class="row">
        ${!incident.owner
          ? html`<button class="button primary" ?disabled=${this.busy} @click=${() => this.carry({ act: "take" })}>
              ${words.take}
            </button>`
          : nothing}
        ${choice("note", words.note)} ${choice("hand", words.hand)}
        ${incident.fits?.includes("resolve") ? choice("resolve", words.resolve) : nothing}
        ${incident.fits?.includes("close") ? choice("close", words.closeIncident) : nothing}
      </div>
      ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing} ${this.form ? this.fields(this.form) : nothing}
    `;
  }

  private fields(form: Form) {
    const { words } = this;
    return html`<form @submit=${this.submit}>
      ${form === "hand"
        ? html`<p class="small">${words.handExplained}</p>
            <label class="field">${words.handTo}<input name="to" required list="agencies" autocomplete="off" /></label>
            <datalist id="agencies">
              ${(store.city?.agencies ?? []).map((agency) => html`<option value=${this.text(agency.name)}></option>`)}
            </datalist>`
        : nothing}
      ${form === "close"
        ? html`<p class="small">${words.closeExplained}</p>
            <label class="field">${words.reason}<input name="reason" required autocomplete="off" /></label>`
        : html`<label class="field">
            ${words.noteText}<textarea name="note" rows="2" ?required=${form !== "hand"}></textarea>
          </label>`}
      <div class="row">
        <button class="button primary" ?disabled=${this.busy}>${form === "close" ? words.closeIncident : words.send}</button>
        <button class="button" type="button" @click=${() => (this.form = null)}>${words.cancel}</button>
      </div>
    </form>`;
  }

  private async choose(form: Form): Promise<void> {
    this.form = this.form === form ? null : form;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("input, textarea")?.focus();
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const given = Object.fromEntries(
      [...new FormData(event.target as HTMLFormElement)].filter(([, text]) => String(text).trim() !== ""),
    ) as Omit<IncidentAct, "act">;
    if (this.form) void this.carry({ act: this.form, ...given });
  }

  private async carry(act: IncidentAct): Promise<void> {
    this.busy = true;
    this.refusal = await carryOut(this.incident.id, act);
    this.busy = false;
    if (this.refusal === null) this.form = null;
    this.dispatchEvent(new CustomEvent("acted"));
  }
}
