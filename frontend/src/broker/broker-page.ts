/** The broker's section, in the room of Programme: its parts as tabs. `list=broker&detail=deliveries` in the address. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { undelivered } from "../live/undelivered";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { BROKER, type BrokerWords, type Tab, TABS } from "../strings/broker";
import { controls, panelParts } from "../theme/controls";
import { tabStrip } from "../theme/tab-strip";
import "./context-list";
import "./delivery-list";
import "./entity-list";
import "./source-list";
import "./subscription-list";
import "./type-list";

const NEEDED: Record<Tab, string> = {
  subscriptions: "subscriptions.read",
  deliveries: "subscriptions.read",
  sources: "registrations.read",
  contexts: "context.read",
  types: "context.read",
};

@customElement("broker-page")
export class BrokerPage extends View {
  static override readonly styles = [
    controls,
    panelParts,
    tabStrip,
    css`
      .head {
        display: flex;
        align-items: center;
        gap: 0.5rem 0.75rem;
        padding: 0.75rem 1.125rem 0.375rem;
      }

      h1 {
        flex: 1;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .n {
        margin-left: 0.25rem;
        padding: 0 0.3125rem;
        border-radius: 0.5rem;
        background: var(--ink);
        color: var(--surface);
        font: 600 0.625rem/1rem var(--text);
      }
    `,
  ];

  private get said(): BrokerWords {
    return BROKER[screenState.language];
  }

  protected override render() {
    const { said } = this;
    const tabs = TABS.filter((tab) => store.session?.permissions.includes(NEEDED[tab]) ?? false);
    const [chosen = ""] = (screenState.state.detail ?? "").split("/", 1);
    const shown = tabs.find((tab) => tab === chosen) ?? tabs[0];
    return html`
      <div class="head">
        <h1>${said.title}</h1>
        <button class="button" @click=${() => screenState.go({ list: null, detail: null })}>${said.back}</button>
      </div>
      <nav aria-label=${said.title}>
        ${tabs.map((tab) => html`<button aria-current=${tab === shown ? "page" : nothing} @click=${() => screenState.go({ detail: tab })}>${said.tabs[tab]}${this.count(tab)}</button>`)}
      </nav>
      ${this.room(shown)}
    `;
  }

  private count(tab: Tab) {
    const n = tab === "deliveries" ? undelivered.count : tab === "sources" ? undelivered.silent : 0;
    return n > 0 ? html`<span class="n" title=${tab === "sources" ? this.said.silent : nothing}>${this.format.exact(n)}</span>` : nothing;
  }

  /** The type whose entities are listed: `detail=types/` and its name, which may hold strokes. */
  private get type(): string {
    return /^types\/(.+)$/.exec(screenState.state.detail ?? "")?.[1] ?? "";
  }

  private room(tab: Tab | undefined) {
    switch (tab) {
      case "subscriptions":
        return html`<broker-subscriptions></broker-subscriptions>`;
      case "deliveries":
        return html`<broker-deliveries></broker-deliveries>`;
      case "sources":
        return html`<broker-sources></broker-sources>`;
      case "contexts":
        return html`<broker-contexts></broker-contexts>`;
      case "types":
        return this.type ? html`<broker-entities .type=${this.type}></broker-entities>` : html`<broker-types></broker-types>`;
      default:
        return nothing;
    }
  }
}
