/** The head of both lists: what the city warns of, what others warn of, and a new one. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { warnings } from "../api/warnings";
import { icon } from "../frame/icons";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { LIST, RECEIVED } from "./warning-address";
import { warningStyles } from "./warning-styles";
import { WarningView } from "./warning-view";

@customElement("warning-tabs")
export class WarningTabs extends WarningView {
  @property() chosen: typeof LIST | typeof RECEIVED = LIST;

  static override readonly styles = [
    controls,
    warningStyles,
    css`
      .tabs {
        display: flex;
        align-items: baseline;
        gap: 1.125rem;
        padding: 0 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .tabs button {
        padding: 0.375rem 0;
        margin-bottom: -1px;
        border-bottom: 2px solid transparent;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .tabs button[aria-pressed="true"] {
        color: var(--ink);
        font-weight: 500;
        border-color: var(--accent);
      }

      .tabs a {
        margin-left: auto;
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override render() {
    return html`
      <button class="back" @click=${() => screenState.go({ warning: null })}>${icon("back", 15)} ${this.words.pages.events}</button>
      <div class="head">
        <h1>${this.words.warned.title}</h1>
        ${this.may("warnings.draft")
          ? html`<button class="button primary" @click=${() => screenState.openWarning("new")}>${this.say.compose}</button>`
          : nothing}
      </div>
      <div class="tabs" role="group" aria-label=${this.words.warned.title}>
        ${([LIST, RECEIVED] as const).map(
          (tab) => html`<button aria-pressed=${this.chosen === tab} @click=${() => screenState.adjust({ warning: tab })}>
            ${tab === LIST ? this.say.own : this.say.received}
          </button>`,
        )}
        <a href=${warnings.page(this.format.language)} target="_blank" rel="noopener">${this.say.page}</a>
      </div>
    `;
  }
}
