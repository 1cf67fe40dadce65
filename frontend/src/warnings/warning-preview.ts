/** A warning as everybody sees it: the public page's own HTML in its own style, as wide as a phone. */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Language } from "../api/types";
import type { Proof } from "../api/warning-types";
import { screenState } from "../screen/screen";
import { LANGUAGE_NAMES } from "../strings/catalogue";
import { controls } from "../theme/controls";
import { LANGUAGES } from "./draft";
import { WarningView } from "./warning-view";

@customElement("warning-preview")
export class WarningPreview extends WarningView {
  @property({ attribute: false }) proof: Proof | null = null;
  @property({ type: Boolean }) exercise = false;
  @state() private chosen: Language | null = null;

  private readonly sheet = new CSSStyleSheet();
  private page: ShadowRoot | null = null;

  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 0.375rem;
        align-content: start;
      }

      .languages {
        display: flex;
        gap: 0.25rem;
      }

      .languages button {
        padding: 0.1875rem 0.625rem;
        border: 1px solid transparent;
        border-radius: 0.375rem;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .languages button[aria-pressed="true"] {
        border-color: var(--edge);
        color: var(--ink);
        font-weight: 500;
      }

      .phone {
        width: min(22.5rem, 100%);
        max-height: 36rem;
        overflow: auto;
        border: 1px solid var(--edge);
        border-radius: 0.875rem;
        background: Canvas;
        color: CanvasText;
      }

      .phone.drill {
        border: 3px solid var(--exercise);
      }
    `,
  ];

  protected override render() {
    const pages: Proof["pages"] = this.proof?.pages ?? {};
    const shown = this.language(pages);
    return html`
      <div class="languages" role="group" aria-label=${this.words.language}>
        ${LANGUAGES.filter((language) => pages[language]).map(
          (language) => html`<button lang=${language} aria-pressed=${language === shown} @click=${() => (this.chosen = language)}>
            ${LANGUAGE_NAMES[language]}
          </button>`,
        )}
      </div>
      <div class="phone ${this.exercise ? "drill" : ""}" tabindex="0" role="region" aria-label=${this.say.preview} @click=${this.stay}></div>
      ${shown ? nothing : html`<p class="small">${this.say.origin.missing}</p>`}
    `;
  }

  protected override updated(_changed: PropertyValues): void {
    const phone = this.renderRoot.querySelector(".phone");
    if (!phone) return;
    if (!this.page) {
      this.page = phone.attachShadow({ mode: "open" });
      this.page.adoptedStyleSheets = [this.sheet];
    }
    const pages: Proof["pages"] = this.proof?.pages ?? {};
    const shown = this.language(pages);
    this.sheet.replaceSync(`${this.proof?.style ?? ""}\n:host{color-scheme:${screenState.theme}}\nbody{padding:.25rem .75rem;font-family:system-ui,sans-serif,"IBM Plex Sans JP"}`);
    const page = document.createElement("body");
    // Made by the server, which writes every text as text.
    page.innerHTML = shown ? (pages[shown] ?? "") : "";
    this.page.replaceChildren(page);
  }

  private language(pages: Proof["pages"]): Language | null {
    return [this.chosen, screenState.language, ...LANGUAGES].find((each) => each && pages[each]) ?? null;
  }

  /** It shows the page; it leads nowhere. */
  private stay(event: Event): void {
    event.preventDefault();
  }
}
