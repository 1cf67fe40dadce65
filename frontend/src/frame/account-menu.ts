/** Who is acting, with which roles; signing out, the theme and the language where there is no room for them above. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Language } from "../api/types";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { LANGUAGE_NAMES } from "../strings/catalogue";
import { controls } from "../theme/controls";
import { icon } from "./icons";
import { View } from "./view";

@customElement("account-menu")
export class AccountMenu extends View {
  @state() private opened = false;

  private readonly leave = (event: Event) => {
    if (!event.composedPath().includes(this)) this.opened = false;
  };

  static override readonly styles = [
    controls,
    css`
      :host {
        position: relative;
        flex: none;
      }

      .who {
        display: flex;
        align-items: center;
        gap: 0.4375rem;
        padding: 0.25rem 0.375rem;
        border-radius: 0.375rem;
        font-size: 0.8125rem;
        color: var(--ink2);
        white-space: nowrap;
      }

      .who:hover {
        color: var(--ink);
      }

      @media (max-width: 90rem) {
        .who span {
          display: none;
        }
      }

      .menu {
        position: absolute;
        right: 0;
        top: calc(100% + 0.5rem);
        width: 19rem;
        padding: 0.875rem 1rem 1rem;
        display: grid;
        gap: 0.625rem;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        background: var(--raised);
        box-shadow: 0 0.75rem 2rem var(--shade);
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.125rem 1rem;
        font-size: var(--t12);
        line-height: 1.125rem;
      }

      dt {
        color: var(--ink2);
      }

      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("pointerdown", this.leave);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("pointerdown", this.leave);
    super.disconnectedCallback();
  }

  protected override render() {
    const { session } = store;
    if (!session) return nothing;
    const name = session.demo ? this.words.demoAccount : session.principal.name;
    return html`
      <button class="who" aria-expanded=${this.opened} aria-label="${this.words.account}: ${name}" @click=${() => (this.opened = !this.opened)}>
        ${icon("person")} <span>${name}</span>
      </button>
      ${this.opened ? this.menu(name) : nothing}
    `;
  }

  private menu(name: string) {
    const { words } = this;
    const { session } = store;
    if (!session) return nothing;
    return html`<div class="menu" @keydown=${this.key}>
      <p>${words.actingAs(name)}</p>
      ${session.demo ? html`<p class="small">${words.demoExplained}</p>` : nothing}
      <dl>
        <dt>${words.roles}</dt>
        <dd>${session.principal.roles.join(", ")}</dd>
        <dt>${words.tenant}</dt>
        <dd>${session.tenant}</dd>
        <dt>${words.version}</dt>
        <dd>${session.version}</dd>
      </dl>
      <a class="small" href="/licences.txt" target="_blank" rel="noopener">${words.licences}</a>
      ${session.permissions.includes("console.read") && session.principal.kind === "person"
        ? html`<div class="choices"><button class="button" @click=${this.openPeople}>${words.peopleAndRights}</button></div>`
        : nothing}
      ${screenState.mode === "phone" ? this.preferences() : nothing}
      ${session.demo
        ? nothing
        : html`<div class="choices"><button class="button" @click=${() => store.signOut()}>${words.signOut}</button></div>`}
    </div>`;
  }

  private openPeople(): void {
    this.opened = false;
    this.renderRoot.querySelector<HTMLElement>(".who")?.focus();
    screenState.adjust({ people: "me" });
  }

  private preferences() {
    const other = screenState.theme === "dark" ? "light" : "dark";
    const languages: Language[] = store.city?.languages ?? ["id", "en", "ja"];
    return html`<div class="choices" role="group" aria-label=${this.words.language}>
        ${languages.map(
          (language) => html`<button class="button" lang=${language} aria-pressed=${screenState.language === language}
            @click=${() => screenState.adjust({ lang: language })}>${LANGUAGE_NAMES[language]}</button>`,
        )}
      </div>
      <div class="choices">
        <button class="button" @click=${() => screenState.adjust({ theme: other })}>${this.words.theme[other]}</button>
      </div>`;
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.opened = false;
    this.renderRoot.querySelector<HTMLElement>(".who")?.focus();
  }
}
