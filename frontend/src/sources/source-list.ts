/** Every live source: how it is doing, what it blinds, and its switch for those who may. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import type { LiveSource, LiveSources } from "../api/source-types";
import type { Now } from "../api/types";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "./state-mark";

@customElement("source-list")
export class SourceList extends View {
  @state() private told: LiveSources | null = null;
  @state() private refused = "";
  private readFor: Now | null = null;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .top {
        padding: 0.875rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      h1 {
        font: 500 1.0625rem/1.5rem var(--text);
      }

      li {
        display: grid;
        gap: 0.25rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .title {
        display: flex;
        align-items: center;
        gap: 0.625rem;
      }

      h2 {
        flex: 1;
        min-width: 0;
        font: 500 0.875rem/1.25rem var(--text);
      }

      p {
        color: var(--ink2);
        font-size: var(--t12);
        line-height: 1.0625rem;
        overflow-wrap: anywhere;
      }

      .blind {
        color: var(--ink);
      }
    `,
  ];

  protected override willUpdate(): void {
    if (this.readFor === store.now) return;
    this.readFor = store.now;
    void this.read();
  }

  private async read(): Promise<void> {
    try {
      this.told = await api.sources();
    } catch (cause) {
      this.refused = cause instanceof Problem ? cause.detail : String(cause);
    }
  }

  protected override render() {
    const words = this.words.feeds;
    const { told } = this;
    return html`
      <div class="top">
        <button class="back" @click=${() => screenState.go({ list: null })}>${icon("back", 15)} ${this.words.pages.now}</button>
        <h1>${this.words.liveSources}</h1>
        ${this.refused ? html`<p role="alert">${this.words.refused}: ${this.refused}</p>` : nothing}
      </div>
      ${told && told.sources.length + told.failed.length === 0
        ? html`<div class="empty"><strong>${words.none}</strong><p>${words.noneDetail}</p></div>`
        : nothing}
      <ul>
        ${told?.sources.map((source) => this.source(source))}
        ${told?.failed.map(({ id, reason }) => this.unusable(id, reason))}
        ${told?.services.map(({ name, failure }) => this.unusable(name, failure))}
      </ul>
    `;
  }

  private source(source: LiveSource) {
    const words = this.words.feeds;
    const abnormal = source.state === "late" || source.state === "silent" || source.state === "failing";
    return html`<li>
      <div class="title">
        <state-mark state=${source.state}></state-mark>
        <h2>${this.text(source.title)}</h2>
        ${this.switch(source)}
      </div>
      <p>${words.state[source.state]} · ${this.heard(source)} · ${words.every(this.period(source.updatePeriod))}</p>
      ${source.lastError ? html`<p>${words.error}: ${source.lastError}</p>` : nothing}
      ${abnormal && source.blinds ? html`<p class="blind">${this.text(source.blinds)}</p>` : nothing}
      ${store.session?.permissions.includes("sources.switch") ? html`<p id="will-${source.id}">${this.will(source)}</p>` : nothing}
      ${source.messages || source.rejected ? html`<p>${this.counters(source)}</p>` : nothing}
    </li>`;
  }

  private unusable(id: string, reason: string) {
    return html`<li>
      <div class="title"><state-mark state="failing"></state-mark><h2>${id}</h2></div>
      <p>${this.words.feeds.unusable}: ${reason}</p>
    </li>`;
  }

  private switch(source: LiveSource) {
    if (!store.session?.permissions.includes("sources.switch")) return nothing;
    const on = source.state !== "off";
    const word = on ? this.words.feeds.switchOff : this.words.feeds.switchOn;
    return html`<button class="button" aria-label="${word}: ${this.text(source.title)}" aria-describedby="will-${source.id}" @click=${() => this.turn(source.id, !on)}>${word}</button>`;
  }

  /** What switching it will do. */
  private will({ state, layers, updatePeriod, outside }: LiveSource): string {
    const words = this.words.feeds;
    const titles = store.city?.layers.filter(({ id }) => layers.includes(id)).map(({ title }) => this.text(title)) ?? [];
    if (state !== "off") return words.willStop(titles.join(", "));
    return (outside ? words.willStartOutside : words.willStart)(this.period(updatePeriod));
  }

  private async turn(id: string, on: boolean): Promise<void> {
    this.refused = "";
    try {
      await api.switchSource(id, on);
      await this.read();
    } catch (cause) {
      this.refused = cause instanceof Problem ? cause.detail : String(cause);
    }
  }

  private heard({ lastMessage }: LiveSource): string {
    const words = this.words.feeds;
    return lastMessage ? words.heard(this.format.recent(lastMessage, store.clock())) : words.neverHeard;
  }

  private period(seconds: number): string {
    const words = this.words.feeds;
    if (seconds < 120) return words.seconds(this.format.exact(Math.round(seconds)));
    if (seconds < 7200) return words.minutes(this.format.exact(Math.round(seconds / 60)));
    return words.hours(this.format.exact(Math.round(seconds / 3600)));
  }

  private counters({ messages, accepted, lateValues, repeated, rejected }: LiveSource): string {
    const [m, a, l, r, x] = [messages, accepted, lateValues, repeated, rejected].map((n) => this.format.exact(n)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    return this.words.feeds.counters(m, a, l, r, x);
  }
}
