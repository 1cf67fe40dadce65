/** The text of a warning in three languages side by side; each says where its words come from, or that it has none. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Language } from "../api/types";
import { PARTS, type Part, type WarningFault } from "../api/warning-types";
import { LANGUAGE_NAMES } from "../strings/catalogue";
import { controls } from "../theme/controls";
import { type DraftForm, LANGUAGES, originOf } from "./draft";
import { faultLines } from "./fault-lines";
import { warningStyles } from "./warning-styles";
import { WarningView } from "./warning-view";

const MOST: Record<Part, number> = { event: 100, headline: 300, description: 4000, instruction: 4000 };
const ROWS: Partial<Record<Part, number>> = { headline: 2, description: 4, instruction: 4 };

@customElement("wording-field")
export class WordingField extends WarningView {
  @property({ attribute: false }) form!: DraftForm;
  @property({ attribute: false }) faults: readonly WarningFault[] = [];

  static override readonly styles = [
    controls,
    warningStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }

      .columns {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 0.75rem;
      }

      @container (max-width: 38rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }

      fieldset {
        display: grid;
        gap: 0.5rem;
        align-content: start;
        margin: 0;
        padding: 0;
        border: 0;
        min-width: 0;
      }

      legend {
        padding: 0;
        font-weight: 600;
        font-size: 0.8125rem;
      }

      .origin {
        min-height: 2rem;
      }

      .missing {
        color: var(--danger);
      }

      textarea {
        resize: vertical;
      }

      [aria-invalid="true"] {
        border-color: var(--danger);
      }
    `,
  ];

  protected override render() {
    return html`<div class="columns">${LANGUAGES.map((language) => this.column(language))}</div>`;
  }

  private column(language: Language) {
    const origin = originOf(this.form, language);
    return html`<fieldset>
      <legend lang=${language}>${LANGUAGE_NAMES[language]}</legend>
      <p class="small origin ${origin === "missing" ? "missing" : ""}">${this.say.origin[origin]}</p>
      ${PARTS.map((part) => this.field(language, part, origin === "missing"))}
    </fieldset>`;
  }

  private field(language: Language, part: Part, missing: boolean) {
    const faults = missing ? [] : this.faults.filter(({ field }) => field === `words.${language}.${part}`);
    const id = `${language}-${part}`;
    const rows = ROWS[part];
    const value = this.form.words[language][part];
    const change = (event: Event) => this.tell(language, part, (event.target as HTMLInputElement).value);
    const [invalid, said] = [faults.length > 0, faults.length ? `${id}-fault` : nothing];
    return html`<label class="field">
        ${this.say.fields[part]}
        ${rows
          ? html`<textarea id=${id} lang=${language} rows=${rows} maxlength=${MOST[part]} aria-invalid=${invalid} aria-describedby=${said} .value=${value} @input=${change}></textarea>`
          : html`<input id=${id} lang=${language} maxlength=${MOST[part]} autocomplete="off" aria-invalid=${invalid} aria-describedby=${said} .value=${value} @input=${change} />`}
      </label>
      ${faults.length ? html`<div id="${id}-fault">${faultLines(faults, this.say, (text) => this.text(text))}</div>` : nothing}`;
  }

  private tell(language: Language, part: Part, text: string): void {
    this.dispatchEvent(new CustomEvent("worded", { detail: { language, part, text } }));
  }
}
