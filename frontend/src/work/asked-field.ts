/** One field of what a computation or a command asks for, by its kind, with its bounds and what is wrong with it. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { AskedField as Field } from "../api/work";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { firstText, readField } from "./asked-values";
import "./entity-field";
import type { EntityField, Named } from "./entity-field";

@customElement("asked-field")
export class AskedField extends View {
  @property({ attribute: false }) field!: Field;
  @property() fault = "";
  /** What is chosen at first, of a field that asks for entities. */
  @property({ attribute: false }) preset: readonly Named[] = [];

  static override readonly styles = [
    controls,
    css`
      [data-box] {
        scroll-margin-block: 4rem;
      }

      .field [aria-invalid="true"] {
        border-color: var(--danger);
      }

      .wrong {
        color: var(--danger);
      }

      label:not(.check),
      .below {
        display: grid;
        gap: 0.25rem;
      }

      .check {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--ink);
      }

      .check input {
        width: auto;
      }

      textarea {
        min-height: 4.5rem;
        resize: vertical;
      }
    `,
  ];

  /** What was said; undefined where nothing was. */
  get value(): unknown {
    const reading = { language: screenState.language, timeZone: store.city?.timeZone ?? "UTC" };
    return readField(this.field, this.typed(), reading);
  }

  private typed(): string {
    const box = this.box();
    return box instanceof HTMLInputElement && box.type === "checkbox" ? String(box.checked) : box.value;
  }

  private box() {
    return this.renderRoot.querySelector<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | EntityField>("[data-box]") as
      | HTMLInputElement
      | HTMLSelectElement
      | HTMLTextAreaElement
      | EntityField;
  }

  override focus(): void {
    this.box().focus();
  }

  protected override render() {
    const { field } = this;
    const label = this.label();
    if (field.kind === "yesno") {
      return html`<div class="field">
        <label class="check">
          <input
            data-box
            type="checkbox"
            ?checked=${field.default === true}
            aria-invalid=${Boolean(this.fault)}
            aria-describedby="below"
          />
          ${label}
        </label>
        ${this.below()}
      </div>`;
    }
    if (field.kind === "entity") {
      return html`<div class="field">
        <span aria-hidden="true">${label}</span>
        <entity-field
          data-box
          .label=${label}
          .types=${field.entity}
          .many=${field.many}
          .invalid=${Boolean(this.fault)}
          .describedBy=${this.fault || this.hint()}
          .preset=${this.preset}
        ></entity-field>
        ${this.below()}
      </div>`;
    }
    return html`<div class="field"><label>${label} ${this.input()}</label>${this.below()}</div>`;
  }

  private label(): string {
    const { field } = this;
    const unit = field.kind === "moment" ? (store.city?.timeZoneName ?? "UTC") : this.text(field.unit);
    const label = this.text(field.label);
    return [label, unit && `(${unit})`, this.optional() && this.words.work.optional].filter(Boolean).join(" ");
  }

  /** Whether it may stay empty, and is: a default that is shown says so itself. */
  private optional(): boolean {
    const { required, kind, default: value } = this.field;
    return !required && kind !== "yesno" && (value === null || value === "" || (Array.isArray(value) && value.length === 0));
  }

  private input() {
    const { field } = this;
    const invalid = Boolean(this.fault);
    const first = firstText(field, screenState.language);
    if (field.many || field.kind === "json") {
      return html`<textarea data-box aria-invalid=${invalid} aria-describedby="below" spellcheck="false" .value=${first}></textarea>`;
    }
    if (field.kind === "choice") {
      return html`<select data-box aria-invalid=${invalid} aria-describedby="below">
        ${first === "" ? html`<option value=""></option>` : nothing}
        ${field.choices.map(({ value, text }) => html`<option value=${value} ?selected=${String(value) === first}>${text ? this.text(text) : value}</option>`)}
      </select>`;
    }
    const types: Partial<Record<Field["kind"], string>> = { date: "date", moment: "datetime-local" };
    const modes: Partial<Record<Field["kind"], string>> = { number: "decimal", whole: "numeric" };
    return html`<input
      data-box
      type=${types[field.kind] ?? "text"}
      inputmode=${modes[field.kind] ?? nothing}
      autocomplete="off"
      aria-invalid=${invalid}
      aria-describedby="below"
      .value=${first}
    />`;
  }

  private below() {
    const hint = this.hint();
    return html`<div id="below" class="below">
      ${hint ? html`<span class="small">${hint}</span>` : nothing}
      ${this.fault ? html`<span class="wrong" role="alert">${this.fault}</span>` : nothing}
    </div>`;
  }

  private hint(): string {
    return [this.text(this.field.hint), this.bounds(), this.field.many && this.field.kind !== "entity" && this.words.work.oneALine]
      .filter(Boolean)
      .join(" ");
  }

  /** "0 to 12 m": what fits, before anybody has to be told. */
  private bounds(): string {
    const { least, most, kind, many } = this.field;
    if (many || (kind !== "number" && kind !== "whole")) return "";
    const of = (value: number) => this.format.exact(value);
    if (least !== null && most !== null) return this.words.work.between(of(least), of(most));
    if (least !== null) return this.words.work.atLeast(of(least));
    return most !== null ? this.words.work.atMost(of(most)) : "";
  }
}
