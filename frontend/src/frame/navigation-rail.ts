/** The five pages: a rail at the left of a desk, a bar at the bottom of a phone. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { inList } from "../incidents/choice";
import { store } from "../live/store";
import { undelivered } from "../live/undelivered";
import { type Page, PAGES } from "../screen/address";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { icon } from "./icons";
import { View } from "./view";

@customElement("navigation-rail")
export class NavigationRail extends View {
  static override readonly styles = [
    controls,
    css`
      nav {
        height: 100%;
        background: var(--surface);
        border-right: 1px solid var(--line);
        padding-top: 0.5rem;
        display: flex;
        flex-direction: column;
      }

      a {
        position: relative;
        display: grid;
        justify-items: center;
        align-content: center;
        gap: 0.3125rem;
        height: 4rem;
        color: var(--ink2);
        font: 400 0.6875rem/0.875rem var(--text);
        font-size: max(0.6875rem, 11px);
        text-decoration: none;
      }

      a:hover {
        color: var(--ink);
      }

      a[aria-current] {
        color: var(--ink);
        font-weight: 600;
        background: var(--raised);
        box-shadow: inset 3px 0 var(--accent);
      }

      a:focus-visible {
        outline-offset: -3px;
      }

      .count {
        position: absolute;
        top: 0.625rem;
        left: calc(50% + 0.375rem);
        min-width: 1rem;
        padding: 0 0.25rem;
        border-radius: 0.5rem;
        background: var(--ink);
        color: var(--surface);
        font: 600 0.625rem/1rem var(--text);
        text-align: center;
      }

      .phone {
        flex-direction: row;
        height: 3.5rem;
        padding: 0;
        border: 0;
        border-top: 1px solid var(--line);
      }

      .phone a {
        flex: 1;
        height: 100%;
      }

      .phone a[aria-current] {
        box-shadow: inset 0 3px var(--accent);
      }

      .phone .count {
        top: 0.375rem;
      }
    `,
  ];

  protected override render() {
    return html`<nav class=${screenState.mode} aria-label=${this.words.navigation}>${PAGES.map((page) => this.link(page))}</nav>`;
  }

  private link(page: Page) {
    const here = screenState.state.page === page;
    if (page === "programme" && screenState.mode === "phone") return this.marked(page, here, undelivered.count);
    const waiting = [...store.incidents.values()].filter((each) => inList(each, "unowned", {}) && each.state !== "returned").length;
    return this.marked(page, here, page === "events" ? waiting : 0);
  }

  private marked(page: Page, here: boolean, n: number) {
    const count = n > 0 ? html`<span class="count">${n}</span>` : nothing;
    return html`<a href="/?page=${page}" aria-current=${here ? "page" : nothing} @click=${(event: MouseEvent) => this.open(event, page)}>
      ${icon(page, 20)} <span>${this.words.pages[page]}</span> ${count}
    </a>`;
  }

  /** A click with a modifier opens a tab of its own, as with any link. */
  private open(event: MouseEvent, page: Page): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    screenState.open(page);
  }
}
