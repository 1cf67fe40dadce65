/** The panel: the page that is open, a value's drawer over it, and the stream's state below. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import "../pages/events-page";
import "../pages/now-page";
import "../pages/place-page";
import "../pages/programme-page";
import "../pages/time-page";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import "../value/value-drawer";
import { deepFocus } from "./deep-focus";
import { icon } from "./icons";
import "./stream-line";
import { View } from "./view";

@customElement("side-panel")
export class SidePanel extends View {
  private opener: HTMLElement | null = null;
  private drawer: string | null = null;
  private scrolledFor = "";

  static override readonly styles = [
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
        background: var(--surface);
        border-left: 1px solid var(--line);
      }

      main {
        position: relative;
        flex: 1;
        min-height: 0;
        overflow: hidden;
        display: grid;
      }

      main:focus-visible {
        outline: none;
      }

      .page {
        overflow: auto;
        min-height: 0;
        scrollbar-width: thin;
        scrollbar-color: var(--line) transparent;
      }

      value-drawer {
        position: absolute;
        inset: 0;
        z-index: 3;
      }

      .loading {
        padding: 1.75rem 1.125rem;
        color: var(--ink2);
      }

      .phone {
        padding-bottom: 4.5rem;
      }

      .map {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        position: absolute;
        right: 1rem;
        bottom: 1rem;
        z-index: 2;
        padding: 0.5rem 1rem;
        border-radius: 1.25rem;
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 500;
        box-shadow: 0 0.25rem 1rem var(--shade);
      }
    `,
  ];

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("main")?.focus();
  }

  protected override willUpdate(): void {
    const { value } = screenState.state;
    if (value && !this.drawer) this.opener = deepFocus();
  }

  protected override updated(): void {
    const { value } = screenState.state;
    if (!value && this.drawer) this.opener?.focus({ preventScroll: true });
    this.drawer = value;
    this.beginAtTop();
  }

  /** Another page or place begins at its top. */
  private beginAtTop(): void {
    const { page, id, list, service, incident, warning } = screenState.state;
    const key = [page, id, list, service, incident, warning].join(" ");
    if (key === this.scrolledFor) return;
    this.scrolledFor = key;
    this.renderRoot.querySelector(".page")?.scrollTo(0, 0);
  }

  protected override render() {
    const { value, sheet } = screenState.state;
    const phone = screenState.mode === "phone";
    return html`
      <main id="panel" tabindex="-1">
        <div class="page ${screenState.mode}" ?inert=${Boolean(value)}>${store.phase === "ready" ? this.page() : this.loading()}</div>
        ${value && store.phase === "ready" ? html`<value-drawer .address=${value}></value-drawer>` : nothing}
        ${phone && !value
          ? html`<button class="map" aria-expanded=${sheet} @click=${() => screenState.adjust({ sheet: !sheet })}>
              ${icon(sheet ? "close" : "map")} ${sheet ? this.words.mapClose : this.words.mapOpen}
            </button>`
          : nothing}
      </main>
      <stream-line></stream-line>
    `;
  }

  private loading() {
    return html`<p class="loading" aria-busy="true">${this.words.loading}</p>`;
  }

  private page() {
    switch (screenState.state.page) {
      case "events":
        return html`<events-page></events-page>`;
      case "place":
        return html`<place-page></place-page>`;
      case "time":
        return html`<time-page></time-page>`;
      case "programme":
        return html`<programme-page></programme-page>`;
      default:
        return html`<now-page></now-page>`;
    }
  }
}
