/** A form drawn from a model: what one may type of an entity, or of a new one of a type. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import type { EntryFault, EntryForm as Form, FormField } from "../api/entry";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { readNumber, writeNumber } from "./read-number";
import { fromField } from "../time/zoned";

@customElement("entry-form")
export class EntryForm extends View {
  /** Short name or IRI of the type. */
  @property() type = "";
  /** The entity that is typed; none for a new one. */
  @property() entity: string | null = null;
  /** Only this field. */
  @property() only: string | null = null;
  @state() private form: Form | null = null;
  @state() private faults: readonly EntryFault[] = [];
  @state() private message = "";
  @state() private busy = false;

  private readFor = "";

  static override readonly styles = [
    controls,
    css`
      form {
        display: grid;
        gap: 0.75rem;
        padding: 0.875rem 1.125rem 1rem;
        border-bottom: 1px solid var(--line);
      }

      .pair {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 6rem;
        gap: 0.5rem;
        align-items: start;
      }

      .wrong {
        color: var(--danger);
      }

      .field [aria-invalid="true"] {
        border-color: var(--danger);
      }

      .row {
        display: flex;
        gap: 0.5rem;
      }
    `,
  ];

  protected override willUpdate(): void {
    const key = `${this.type} ${this.entity}`;
    if (key === this.readFor || !this.type) return;
    this.readFor = key;
    void this.read();
  }

  private async read(): Promise<void> {
    try {
      this.form = await api.form(this.type, this.entity);
    } catch (cause) {
      this.message = this.told(cause);
    }
  }

  protected override render() {
    const { form } = this;
    if (!form) return html`<form aria-busy=${!this.message}><p class="small">${this.message || this.words.loading}</p></form>`;
    const fields = form.fields.filter(({ name }) => !this.only || name === this.only);
    const closed = this.entity ? fields.length === 0 : !form.creates;
    if (closed) return html`<form><p class="small">${this.words.entry.closed}</p></form>`;
    const { entry } = this.words;
    return html`<form novalidate aria-label=${this.text(form.title)} @submit=${this.submit}>
      ${fields.map((field) => this.field(field))}
      <div class="pair">
        ${this.labelled("observedAt", entry.observedAt(store.city?.timeZoneName ?? "UTC"), html`<input name="observedAt" type="datetime-local" />`)}
        ${this.labelled("period", entry.period, html`<input name="period" autocomplete="off" placeholder="2025" .value=${this.period(fields)} />`)}
      </div>
      ${this.labelled(
        "office",
        entry.office,
        html`<select name="office">
          <option value="">${entry.noOffice}</option>
          ${form.offices.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
        </select>`,
      )}
      ${this.labelled("note", entry.note, html`<input name="note" autocomplete="off" maxlength="2000" />`)}
      ${form.placed && !this.entity ? html`<p class="small ${this.reason("position") ? "wrong" : ""}">${this.reason("position") || entry.position}</p>` : nothing}
      ${this.reason("values") || this.message ? html`<p role="alert" class="small wrong">${this.reason("values") || this.message}</p>` : nothing}
      <div class="row">
        <button class="button primary" ?disabled=${this.busy}>${entry.save}</button>
        <button class="button" type="button" @click=${() => this.done(null)}>${this.words.cancel}</button>
      </div>
    </form>`;
  }

  private field(field: FormField) {
    const { name, unit, units } = field;
    const label = this.text(field.label);
    const box = this.labelled(name, units.length === 1 ? `${label} (${this.text(units[0]?.text)})` : label, this.box(field));
    if (units.length < 2) return box;
    return html`<div class="pair">
      ${box}
      ${this.labelled(
        `${name} unit`,
        this.words.entry.unit,
        html`<select name="${name} unit">
          ${units.map(({ code, text }) => html`<option value=${code} ?selected=${code === unit}>${this.text(text)}</option>`)}
        </select>`,
      )}
    </div>`;
  }

  /** What stands there, as it would be typed. */
  private held({ value }: FormField): string {
    return typeof value === "number" ? writeNumber(value, screenState.language) : (value ?? "");
  }

  private box(field: FormField) {
    const { name, kind, choices, value } = field;
    const invalid = Boolean(this.reason(name));
    if (kind === "choice") {
      return html`<select name=${name} aria-invalid=${invalid}>
        <option value="">${this.words.unknown}</option>
        ${choices.map((choice) => html`<option value=${choice.value} ?selected=${choice.value === value}>${this.text(choice.text) || choice.value}</option>`)}
      </select>`;
    }
    const mode = kind === "number" ? "decimal" : kind === "year" ? "numeric" : "text";
    return html`<input name=${name} inputmode=${mode} autocomplete="off" aria-invalid=${invalid} .value=${this.held(field)} />`;
  }

  private labelled(name: string, label: string, box: unknown) {
    const reason = this.reason(name);
    return html`<label class="field">${label} ${box} ${reason ? html`<span class="wrong" role="alert">${reason}</span>` : nothing}</label>`;
  }

  private reason(name: string): string {
    return this.text(this.faults.find(({ field }) => field === name)?.reason);
  }

  /** The period that the shown figures share: to correct a figure of a year is to speak of that year. */
  private period(fields: readonly FormField[]): string {
    const periods = new Set(fields.map(({ period }) => period).filter(Boolean));
    return this.only && periods.size === 1 ? String([...periods][0]) : "";
  }

  /** What has changed; an empty box says nothing. A number that cannot be read is sent as it is, to be told so. */
  private typed(given: FormData): { attribute: string; value: string | number; unit?: string }[] {
    return (this.form?.fields ?? []).flatMap((field) => {
      const text = String(given.get(field.name) ?? "").trim();
      const unit = given.get(`${field.name} unit`);
      const same = text === this.held(field) && (!unit || unit === field.unit);
      if (!text || same) return [];
      const numeric = field.kind === "number" || field.kind === "year";
      const value = (numeric ? readNumber(text, screenState.language) : null) ?? text;
      return [{ attribute: field.name, value, ...(unit ? { unit: String(unit) } : {}) }];
    });
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const moment = fromField(String(given.get("observedAt") ?? ""), store.city?.timeZone ?? "UTC");
    const { map } = screenState.state;
    const body = {
      values: this.typed(given),
      observedAt: moment?.toISOString() ?? null,
      period: String(given.get("period") ?? "").trim() || null,
      office: given.get("office") || null,
      note: String(given.get("note") ?? ""),
    };
    Object.assign(this, { busy: true, faults: [], message: "" });
    try {
      const kept = this.entity
        ? await api.enter(this.entity, body)
        : await api.make({ ...body, type: this.form?.type, position: this.form?.placed && map ? [map.lon, map.lat] : null });
      this.done(kept.entity, kept.late);
    } catch (cause) {
      this.faults = cause instanceof Problem ? cause.errors : [];
      this.message = this.faults.length ? "" : this.told(cause);
    }
    this.busy = false;
  }

  private told(cause: unknown): string {
    return cause instanceof Problem && cause.status > 0 ? cause.message : this.words.serverSilent;
  }

  private done(entity: string | null, late = 0): void {
    this.dispatchEvent(new CustomEvent("done", { detail: { entity, late } }));
  }
}
