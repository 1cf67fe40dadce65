/** Where a value comes from: its history, its source card, the rule that derived it, and what to doubt. */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, exportAddress, Problem } from "../api/client";
import { momentKey } from "../api/moment";
import type { History, Value } from "../api/types";
import { periodText } from "../format/period";
import "../entry/entry-form";
import { mayWrite } from "../entry/may-write";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { openPlace, valueAt } from "../live/open-place";
import { programme, programmeHistory } from "../live/programme";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "../why/why-link";
import "./method-mark";
import "./source-card";
import { ageOf } from "./age";
import { figure, providerName, spokenAge, unitText } from "./words";

@customElement("value-drawer")
export class ValueDrawer extends View {
  @property() address = "";
  @state() private history: History | null = null;

  @state() private typing = false;
  @state() private told = "";

  private readFor = "";
  private shown = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      section {
        height: 100%;
        overflow: auto;
        background: var(--surface);
        animation: arrive 160ms ease-out;
      }

      @keyframes arrive {
        from {
          transform: translateX(1.5rem);
          opacity: 0;
        }
      }

      header {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.625rem 0.75rem 0.625rem 1.125rem;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }

      header h2 {
        flex: 1;
        color: var(--ink2);
        font-weight: 500;
      }

      .close {
        display: grid;
        place-items: center;
        width: 2rem;
        height: 2rem;
        border-radius: 0.375rem;
      }

      .close:hover {
        background: var(--raised);
      }

      .figure {
        padding: 1rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .figure b {
        font: 500 1.6875rem/2rem var(--text);
        overflow-wrap: anywhere;
      }

      .figure span {
        color: var(--ink2);
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.375rem 1.25rem;
        padding: 0.875rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      dt {
        color: var(--ink3);
      }

      dd {
        display: flex;
        gap: 0.375rem;
        align-items: center;
        overflow-wrap: anywhere;
        min-width: 0;
      }

      .doubt {
        display: flex;
        gap: 0.5rem;
        padding: 0.5rem 1.125rem;
        font-size: 0.8125rem;
      }

      .doubt svg {
        flex: none;
        margin-top: 0.125rem;
        color: var(--caution);
      }

      .part {
        border-bottom: 1px solid var(--line);
        padding-bottom: 0.625rem;
      }

      .part h3,
      .title {
        padding: 0.75rem 1.125rem 0.375rem;
        font: 600 0.8125rem/1.25rem var(--text);
      }

      .part p {
        padding: 0 1.125rem;
        font-size: 0.8125rem;
        color: var(--ink2);
      }

      .acts {
        display: flex;
        gap: 0.5rem;
        padding: 0.25rem 1.125rem 0.375rem;
      }

      .part p + .acts {
        padding-top: 0.5rem;
      }

      .entering entry-form {
        display: block;
      }

      table {
        margin: 0.25rem 1.125rem 0;
        border-collapse: collapse;
        font-size: var(--t12);
        line-height: 1.25rem;
      }

      th {
        font-weight: 400;
        color: var(--ink3);
        text-align: left;
      }

      th,
      td {
        padding: 0 1.5rem 0 0;
      }
    `,
  ];

  protected override willUpdate(): void {
    const value = valueAt(this.address);
    const key = value ? `${value.entity} ${value.attribute} ${value.receivedAt} ${momentKey(store.past)} ${store.generation}` : "";
    if (this.address !== this.shown) Object.assign(this, { shown: this.address, typing: false, told: "" });
    if (key === this.readFor) return;
    this.readFor = key;
    this.history = null;
    const trend = programmeHistory(this.address);
    if (trend) void this.show(trend);
    else if (value?.entity && value.attribute && !value.derived) void this.read(value.entity, value.attribute);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("address")) this.renderRoot.querySelector<HTMLElement>(".close")?.focus({ preventScroll: true });
  }

  private async read(entity: string, attribute: string): Promise<void> {
    await this.show(await api.history(entity, attribute, store.past).catch(() => null));
  }

  private async show(history: History | null): Promise<void> {
    if (history && history.points.length + history.hourly.length > 1) await import("./history-chart");
    this.history = history;
  }

  protected override render() {
    const value = valueAt(this.address);
    return html`<section role="dialog" aria-label=${this.words.drawer.title}>
      <header>
        <h2>${this.words.drawer.title}</h2>
        <button class="close" aria-label=${this.words.close} @click=${this.close}>${icon("close")}</button>
      </header>
      ${value ? this.body(value) : html`<p class="empty">${this.words.drawer.notFound}</p>`}
    </section>`;
  }

  private body(value: Value) {
    const named = value.providers?.length ? value.providers : [value.provider];
    const sources = (store.city?.sources ?? []).filter(({ id }) => named.includes(id));
    return html`
      <div class="figure">
        <p class="small">${this.text(value.label)}</p>
        <p><b>${figure(value, this.words, this.format, true)}</b> <span>${unitText(value, this.format)}</span></p>
      </div>
      ${this.doubts(value)} ${this.origin(value)} ${this.entering(value)}
      <div class="part">
        <h3>${this.words.drawer.rule}</h3>
        <p>${this.text(value.derived) || this.words.drawer.noRule}</p>
        <div class="acts">
          <why-link spelt .address=${this.address} .number=${typeof value.value === "number"}></why-link>
        </div>
      </div>
      <div class="part">
        <h3>${this.words.drawer.history}</h3>
        ${this.past(value)}
      </div>
      <h3 class="title">${sources.length > 1 ? this.words.drawer.sources : this.words.drawer.source}</h3>
      ${sources.length
        ? sources.map((source) => html`<source-card .source=${source}></source-card>`)
        : html`<p class="empty">${this.words.source.none}</p>`}
    `;
  }

  /** Correcting a value, and taking the last word on it back. */
  private entering(value: Value) {
    const { entity, attribute } = value;
    const { words } = this;
    if (!entity || !attribute || value.derived || !mayWrite()) return nothing;
    const type = entity.split(":")[2] ?? "";
    return html`<div class="part entering">
      <h3>${words.entry.title}</h3>
      ${this.typing
        ? html`<entry-form .type=${type} .entity=${entity} .only=${attribute} @done=${this.typed}></entry-form>`
        : html`<div class="acts">
            <button class="button" @click=${() => (this.typing = true)}>${words.entry.correct}</button>
            <button class="button" @click=${() => void this.undo(entity, attribute)}>${words.entry.undo}</button>
          </div>`}
      ${this.told ? html`<p role="status">${this.told}</p>` : nothing}
    </div>`;
  }

  private typed(event: CustomEvent<{ entity: string | null; late: number }>): void {
    const { entity, late } = event.detail;
    this.typing = false;
    this.told = entity ? (late ? this.words.entry.late : this.words.entry.kept) : "";
    if (entity) this.readAgain();
  }

  private async undo(entity: string, attribute: string): Promise<void> {
    try {
      await api.undo(entity, attribute);
      this.told = this.words.entry.undone;
      this.readAgain();
    } catch (cause) {
      this.told = cause instanceof Problem && cause.status > 0 ? cause.message : this.words.serverSilent;
    }
  }

  private readAgain(): void {
    openPlace.again();
    if (screenState.state.page === "programme") void programme.again();
  }

  private doubts(value: Value) {
    if (value.flags.length === 0) return nothing;
    return html`<div class="part">
      <h3>${this.words.drawer.flags}</h3>
      ${value.flags.map((flag) => html`<div class="doubt">${icon("flag", 15)} <span>${this.text(flag.text)}</span></div>`)}
    </div>`;
  }

  private origin(value: Value) {
    const { drawer } = this.words;
    const at = (iso: string | null) => (iso ? this.format.moment(iso) : "");
    const provider = providerName(value, store.city?.sources ?? [], this.words, this.format);
    return html`<dl>
      <dt>${drawer.method}</dt>
      <dd><method-mark .method=${value.method}></method-mark> ${this.words.method[value.method ?? "unstated"]}</dd>
      ${this.line(drawer.source, provider)}
      ${this.line(drawer.period, value.period && periodText(value.period, this.words))}
      ${this.line(value.period ? drawer.periodEnds : drawer.observed, at(value.observedAt))} ${this.line(drawer.received, at(value.receivedAt))}
      ${this.line(drawer.age, this.age(value))}
      ${this.line(drawer.sample, value.n === null || value.n === undefined ? "" : drawer.sampleOf(this.format.exact(value.n), value.missing ? this.format.exact(value.missing) : ""))}
      ${this.line(drawer.writer, value.writtenBy)} ${this.line(drawer.note, value.note ?? null)}
      ${this.line(drawer.kept, value.entity && [value.entity, value.attribute].filter(Boolean).join(" · "))}
    </dl>`;
  }

  private age(value: Value): string {
    const { seconds } = ageOf(value, store.clock());
    return seconds === null ? "" : spokenAge(seconds, this.words, this.format);
  }

  private line(term: string, text: string | null) {
    return text ? html`<dt>${term}</dt><dd>${text}</dd>` : nothing;
  }

  private past(value: Value) {
    const { drawer } = this.words;
    const computed = value.derived || !value.entity;
    if (computed && !(this.history && this.history.points.length > 1)) return html`<p>${drawer.noHistory}</p>`;
    if (typeof value.value !== "number") return html`<p>${drawer.notNumbers}</p>`;
    if (!this.history) return html`<p aria-busy="true">${this.words.loading}</p>`;
    const count = this.history.points.length + this.history.hourly.length;
    if (count === 0) return html`<p>${drawer.historyEmpty}</p>`;
    const chart = count > 1 ? this.chart(value, this.history) : html`<p>${drawer.onePoint}</p>`;
    return html`${chart}
      <table>
        <thead><tr><th scope="col">${drawer.point}</th><th scope="col">${drawer.value}</th></tr></thead>
        <tbody>${this.history.points.slice(-8).reverse().map((point) => this.point(point))}</tbody>
      </table>`;
  }

  private chart(value: Value, history: History) {
    const source = store.city?.sources.find(({ id }) => id === value.provider) ?? null;
    const what = { entity: value.entity ?? "", attribute: value.attribute ?? "" };
    const file = (format: "csv" | "parquet") => html`<a
      href=${exportAddress(what, format, store.past)}
      download
      aria-label=${`${this.text(value.label)}, ${this.words.time.formats[format]}`}
      >${this.words.time.formats[format]}</a
    >`;
    return html`<history-chart .history=${history} .period=${value.updatePeriod ?? null} .source=${source}></history-chart>
      <p>${this.words.time.take}: ${file("csv")} ${file("parquet")}</p>`;
  }

  private point([at, value, , method]: History["points"][number]) {
    const shown = typeof value === "number" ? this.format.exact(value) : String(value ?? this.words.unknown);
    return html`<tr><td>${this.format.moment(at)}</td><td>${shown} <method-mark .method=${method}></method-mark></td></tr>`;
  }

  private close(): void {
    screenState.adjust({ value: null });
  }
}
