/** Now: at most seven numbers, and what needs attention. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Ailing } from "../api/source-types";
import type { Tile } from "../api/types";
import type { CapSeverity } from "../api/warning-types";
import { View } from "../frame/view";
import { inOrderOfUrgency, isOpen } from "../live/incidents";
import { tileAddress } from "../live/open-place";
import { store } from "../live/store";
import { markOf } from "../incidents/cap-mark";
import "../incidents/incident-list";
import "../incidents/severity-mark";
import { screenState } from "../screen/screen";
import { ailingWords } from "../sources/ailing";
import "../sources/source-list";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import "../value/value-view";
import { LIST } from "../warnings/warning-address";

@customElement("now-page")
export class NowPage extends View {
  static override readonly styles = [
    controls,
    panelParts,
    css`
      .tiles {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        border-bottom: 1px solid var(--line);
        overflow: hidden;
      }

      .tiles > * {
        box-shadow: 1px 1px 0 0 var(--line);
      }

      .tiles > :last-child:nth-child(odd) {
        grid-column: 1 / -1;
      }

      .warned {
        display: flex;
        align-items: center;
        gap: 0.625rem;
        width: 100%;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
        text-align: start;
      }

      .warned b {
        font-weight: 600;
      }

      .sources {
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .sources button {
        color: inherit;
        text-align: start;
      }

      .sources button:hover {
        color: var(--ink);
      }

      .sources li {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding-top: 0.375rem;
        color: var(--ink);
      }
    `,
  ];

  protected override render() {
    const { now } = store;
    if (!now) return nothing;
    if (screenState.state.list === "sources") return html`<source-list></source-list>`;
    const alarms = inOrderOfUrgency([...store.incidents.values()].filter(isOpen));
    return html`
      <h1 class="unseen">${this.words.pages.now}</h1>
      <div class="tiles">${now.tiles.slice(0, 7).map((tile) => this.tile(tile))}</div>
      ${now.warnings?.inForce ? html`<button class="warned" @click=${() => screenState.openWarning(LIST)}>${this.warned(now.warnings.inForce, now.warnings.severity)}</button>` : nothing}
      <div class="sources">
        <button @click=${() => screenState.go({ list: "sources" })}>${this.sources(now.sources)} ›</button>
        ${now.ailing?.length ? html`<ul>${now.ailing.map((source) => this.ailing(source))}</ul>` : nothing}
      </div>
      <div class="section-head">
        <h2>${this.words.attention}</h2>
        <span class="count">${this.format.glance(Math.max(alarms.length, now.alarmCount))}</span>
      </div>
      ${alarms.length
        ? html`<incident-list .incidents=${alarms} .label=${this.words.attention}></incident-list>`
        : html`<div class="empty"><strong>${this.words.quiet}</strong><p>${this.words.quietDetail}</p></div>`}
    `;
  }

  private warned(inForce: number, severity: CapSeverity | null) {
    const words = this.words.warned;
    return html`<severity-mark .severity=${markOf(severity)}></severity-mark>
      <span><b>${words.inForce(this.format.exact(inForce))}</b> · ${words.severity[severity ?? "Unknown"]} ›</span>`;
  }

  private tile(tile: Tile) {
    return html`<value-view .value=${tile} .of=${tile.of ?? null} .address=${tileAddress(tile.id)}></value-view>`;
  }

  private ailing(source: Ailing) {
    const words = ailingWords(this.text(source.title), source, this.words, this.format, store.clock());
    return html`<li><state-mark state=${source.state}></state-mark> ${words}</li>`;
  }

  private sources({ live, total }: { live: number; total: number }): string {
    if (total === 0) return this.words.liveSourcesNone;
    return this.words.liveSourcesOf(this.format.glance(live), this.format.glance(total));
  }
}
