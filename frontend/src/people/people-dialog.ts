/** People and rights: one's own account for everyone, the accounts of all for who manages them. A dialog over the page. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { deepFocus } from "../frame/deep-focus";
import { icon } from "../frame/icons";
import { screenState } from "../screen/screen";
import { type Tab, TABS } from "../strings/people";
import { controls } from "../theme/controls";
import { tabStrip } from "../theme/tab-strip";
import "./account-list";
import "./own-account";
import { PeopleView } from "./people-view";
import "./session-list";
import "./token-list";
import "./trail-view";

const NEEDED: Partial<Record<Tab, string>> = { accounts: "people.manage", tokens: "tokens.make", trail: "audit.read" };

@customElement("people-dialog")
export class PeopleDialog extends PeopleView {
  @property() tab = "me";

  private opener: HTMLElement | null = null;

  static override readonly styles = [
    controls,
    tabStrip,
    css`
      dialog {
        width: min(52rem, 100vw);
        height: min(46rem, 100dvh);
        max-width: none;
        max-height: none;
        padding: 0;
        border: 1px solid var(--line);
        border-radius: 0.625rem;
        background: var(--surface);
        color: var(--ink);
        box-shadow: 0 1rem 3rem var(--shade);
        overflow: hidden;
      }

      dialog[open] {
        display: grid;
        grid-template-rows: auto auto 1fr;
      }

      dialog::backdrop {
        background: var(--shade);
      }

      .head {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.625rem 0.875rem 0.25rem 1.125rem;
      }

      h2 {
        flex: 1;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .close {
        display: grid;
        place-items: center;
        width: 2rem;
        height: 2rem;
        border-radius: 0.375rem;
      }

      .body {
        overflow: auto;
        min-height: 0;
      }

      @media (max-width: 45rem) {
        dialog {
          border: 0;
          border-radius: 0;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.opener = deepFocus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.opener?.focus({ preventScroll: true });
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  private get tabs(): Tab[] {
    return TABS.filter((tab) => this.may(NEEDED[tab] ?? "console.read"));
  }

  protected override render() {
    const { said, tabs } = this;
    const shown = tabs.find((tab) => tab === this.tab) ?? "me";
    return html`<dialog aria-labelledby="title" @close=${() => screenState.adjust({ people: null })}>
      <div class="head">
        <h2 id="title">${said.title}</h2>
        <button class="close" aria-label=${this.words.close} @click=${this.leave}>${icon("close")}</button>
      </div>
      <nav aria-label=${said.title}>
        ${tabs.map(
          (tab) => html`<button aria-current=${tab === shown ? "page" : nothing}
            @click=${() => screenState.adjust({ people: tab })}>${said.tabs[tab]}</button>`,
        )}
      </nav>
      <div class="body" tabindex="-1">${this.room(shown)}</div>
    </dialog>`;
  }

  private room(tab: Tab) {
    switch (tab) {
      case "accounts":
        return html`<account-list></account-list>`;
      case "tokens":
        return html`<token-list></token-list>`;
      case "sessions":
        return html`<session-list></session-list>`;
      case "trail":
        return html`<trail-view></trail-view>`;
      default:
        return html`<own-account></own-account>`;
    }
  }

  private leave(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }
}
