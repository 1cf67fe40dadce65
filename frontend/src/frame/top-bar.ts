/** Top bar: whose city, which stage, search, language, theme, who acts, the city's clock. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import type { Language } from "../api/types";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { LANGUAGE_NAMES } from "../strings/catalogue";
import { controls } from "../theme/controls";
import "./account-menu";
import "./city-clock";
import { icon, mark } from "./icons";
import "./search-box";
import "./stage-badge";
import { View } from "./view";
import "./undelivered-badge";
import "./warning-badge";

@customElement("top-bar")
export class TopBar extends View {
  static override readonly styles = [
    controls,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 1.25rem;
        height: 3.5rem;
        padding-right: 1.5rem;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }

      .skip {
        position: absolute;
        left: 0.5rem;
        top: -4rem;
        z-index: 20;
        padding: 0.5rem 1rem;
        background: var(--raised);
        border-radius: 0.375rem;
      }

      .skip:focus {
        top: 0.5rem;
      }

      .mark {
        display: grid;
        place-items: center;
        flex: none;
        width: 4.5rem;
        height: 100%;
      }

      .mark + * {
        margin-left: -0.25rem;
      }

      h1 {
        font: 400 1.0625rem/1.5rem var(--text);
        color: var(--ink2);
        white-space: nowrap;
      }

      h1 b {
        font-weight: 600;
        color: var(--ink);
        margin-right: 0.375rem;
      }

      search-box {
        flex: 0 1 22.5rem;
        min-width: 9rem;
        margin-left: auto;
      }

      .languages {
        display: flex;
        font-size: 0.8125rem;
        color: var(--ink2);
      }

      .languages button {
        padding: 0.25rem 0.375rem;
        border-radius: 0.25rem;
      }

      .languages button:hover {
        color: var(--ink);
      }

      .languages [aria-pressed="true"] {
        color: var(--ink);
        font-weight: 600;
      }

      .theme {
        display: grid;
        place-items: center;
        width: 2rem;
        height: 2rem;
        margin: 0 -0.5rem;
        border-radius: 0.375rem;
        color: var(--ink2);
      }

      .theme:hover {
        color: var(--ink);
      }

      @media (max-width: 64rem) {
        header {
          gap: 0.875rem;
        }
      }

      .wall h1 {
        font-size: 1.25rem;
      }

      .wall {
        gap: 1.75rem;
        height: 4rem;
      }

      .wall city-clock {
        margin-left: auto;
      }

      .phone {
        gap: 0.625rem;
        padding-right: 0.75rem;
        height: 3.25rem;
      }

      .phone .mark {
        width: 3.25rem;
        margin-right: -0.375rem;
      }

      .phone h1 {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
      }

      .phone search-box {
        flex: none;
        min-width: 0;
        margin: 0;
      }

      .phone .languages {
        display: none;
      }
    `,
  ];

  protected override render() {
    const { mode } = screenState;
    return html`<header class=${mode}>
      <button class="skip" @click=${() => this.dispatchEvent(new Event("skip"))}>${this.words.skipToPanel}</button>
      <span class="mark">${mark()}</span>
      <h1><b>${store.city?.name ?? "Pinisi"}</b>${mode === "phone" ? "" : this.text(store.city?.title)}</h1>
      <stage-badge></stage-badge>
      <warning-badge></warning-badge>
      <undelivered-badge></undelivered-badge>
      ${mode === "wall" ? html`<city-clock></city-clock>` : this.tools(mode === "phone")}
    </header>`;
  }

  private tools(phone: boolean) {
    return html`
      <search-box></search-box>
      ${phone ? "" : html`${this.languages()} ${this.theme()}`}
      <account-menu></account-menu>
      ${phone ? "" : html`<city-clock></city-clock>`}
    `;
  }

  private languages() {
    const offered = store.city?.languages ?? ["id", "en", "ja"];
    return html`<div class="languages" role="group" aria-label=${this.words.language}>
      ${offered.map((language: Language) => {
        const chosen = screenState.language === language;
        return html`<button lang=${language} title=${LANGUAGE_NAMES[language]} aria-label="${language.toUpperCase()}, ${LANGUAGE_NAMES[language]}"
          aria-pressed=${chosen} @click=${() => screenState.adjust({ lang: language })}>${language.toUpperCase()}</button>`;
      })}
    </div>`;
  }

  private theme() {
    const other = screenState.theme === "dark" ? "light" : "dark";
    return html`<button class="theme" aria-label=${this.words.theme[other]} title=${this.words.theme[other]} @click=${() => screenState.adjust({ theme: other })}>
      ${icon(other === "light" ? "sun" : "moon")}
    </button>`;
  }
}
