/** A page that a service brings, on Place: its title, the way back, and its component. */
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { servicePages } from "../live/service-pages";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "./service-component";

@customElement("service-page")
export class ServicePageView extends View {
  /** `mobility/signals` */
  @property() address = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .head {
        padding: 0.375rem 1.125rem 0.875rem;
        border-bottom: 1px solid var(--line);
      }

      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
        padding: 0.375rem 0;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      h1 {
        font: 500 1.0625rem/1.5rem var(--text);
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const page = servicePages.at(this.address);
    if (!servicePages.known) return html`<p class="empty" aria-busy="true">${this.words.loading}</p>`;
    if (page === null || page.type !== null) return html`<p class="empty" role="alert">${this.words.views.noPage}</p>`;
    return html`<div class="head">
        <div><button class="back" @click=${this.back}>${icon("back", 15)} ${this.words.pages.place}</button></div>
        <h1>${this.text(page.title)}</h1>
      </div>
      ${keyed(this.address, html`<service-component .page=${page}></service-component>`)}`;
  }

  private back(): void {
    screenState.go({ service: null, detail: null, value: null });
  }
}
