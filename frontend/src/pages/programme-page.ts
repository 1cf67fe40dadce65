/** Programme: what the city has and lacks, where its numbers stand, and how far they are from where they shall be. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { View } from "../frame/view";
import { ofTenant } from "../api/tenant";
import "../data/data-page";
import { programme } from "../live/programme";
import { store } from "../live/store";
import "../programme/indicator-table";
import "../programme/system-list";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "../views/report-sections";

const DATA = "data";
const BROKER = "broker";
/** The views of the data and of the broker stand in the address as `list=data` and `list=broker`. */
const EXPORT = "/pinisi/v1/programme/export";

@customElement("programme-page")
export class ProgrammePage extends View {
  static override readonly styles = [
    controls,
    panelParts,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 0.5rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      h1 {
        flex: 1;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .head a {
        color: inherit;
        text-decoration: none;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    programme.open();
  }

  protected override updated(): void {
    if (screenState.state.list === BROKER) void import("../broker/broker-page");
  }

  protected override render() {
    const { words } = this;
    const may = (permission: string) => store.session?.permissions.includes(permission) ?? false;
    const steward = may("imports.manage");
    const works = may("jobs.run") || may("commands.give");
    if ((steward || works) && screenState.state.list === DATA) return html`<data-page></data-page>`;
    const broker = may("subscriptions.read");
    if (broker && screenState.state.list === BROKER) return html`<broker-page></broker-page>`;
    return html`
      <div class="head">
        <h1>${words.pages.programme}</h1>
        ${steward || works
          ? html`<button class="button" @click=${() => screenState.go({ list: DATA })}>
              ${steward ? words.data.open : words.work.title}
            </button>`
          : nothing}
        ${broker ? html`<button class="button" @click=${() => screenState.go({ list: BROKER, detail: null })}>${words.broker.open}</button>` : nothing}
        ${this.link(words.programme.csv, "csv", "indicators")} ${this.link(words.programme.csvSystems, "csv", "systems")}
        ${this.link(words.programme.print, "html", "indicators")}
      </div>
      ${this.body()}
    `;
  }

  private link(word: string, format: string, part: string) {
    const address = ofTenant(`${EXPORT}?format=${format}&part=${part}&lang=${screenState.language}`);
    const page = format === "html";
    return html`<a class="button" href=${address} target=${page ? "_blank" : nothing} rel="noopener" ?download=${!page}>${word}</a>`;
  }

  private body() {
    const { standings, systems, problem } = programme;
    if (!standings && problem) return html`<p class="empty" role="alert">${problem.message || this.words.serverSilent}</p>`;
    if (!standings) return html`<p class="empty" aria-busy="true">${this.words.loading}</p>`;
    const { words } = this;
    return html`
      <div class="section-head"><h2>${words.programme.systems}</h2><span class="count">${this.format.glance(systems.length)}</span></div>
      ${systems.length ? html`<system-list .systems=${systems}></system-list>` : html`<p class="empty">${words.programme.noSystems}</p>`}
      <div class="section-head"><h2>${words.programme.indicators}</h2><span class="count">${this.format.glance(standings.length)}</span></div>
      ${standings.length
        ? html`<indicator-table .standings=${standings}></indicator-table>`
        : html`<p class="empty">${words.programme.noIndicators}</p>`}
      <report-sections></report-sections>
    `;
  }
}
