/** The rows of a layer: the accessible twin of its symbols. Draws only the rows in view. */
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Ailing } from "../api/source-types";
import type { Layer } from "../api/types";
import "../entry/entry-form";
import { mayWrite } from "../entry/may-write";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { store } from "../live/store";
import type { Row } from "../live/table";
import { staleMinutes } from "../live/tracks";
import { screenState } from "../screen/screen";
import { ailingRow, ailingWords, blinding } from "../sources/ailing";
import "../sources/ailing-mark";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import { setStyle } from "../theme/set-style";
import { rowNote } from "../map/row-figure";
import { moved, typing } from "./list-keys";
import { filtered, type Order, sorted } from "./rows";

/** Height of a row in rem; all rows are equal, so that any window of them can be drawn alone. */
const ROW_REM = 3.25;
const MARGIN_ROWS = 6;
const ARRANGE_MS = 1000;

@customElement("layer-list")
export class LayerList extends View {
  @property() layer = "";
  @state() private adding = false;
  @state() private wanted = "";
  @state() private order: Order = { by: "name", key: "", down: false };
  @state() private scrolled = 0;
  @state() private current = 0;
  private arranged: { asked: string; version: number; at: number; ids: readonly string[] } = { asked: "", version: -1, at: 0, ids: [] };
  @query(".window") private readonly window!: HTMLElement;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      :host {
        display: flex;
        flex-direction: column;
        height: 100%;
      }

      p state-mark {
        vertical-align: -0.1875rem;
      }

      .head {
        padding: 0.375rem 1.125rem 0.75rem;
        display: grid;
        gap: 0.625rem;
        border-bottom: 1px solid var(--line);
      }

      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
        padding: 0.375rem 0 0;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      h1 {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      h1 span {
        color: var(--ink2);
        font-weight: 400;
        white-space: nowrap;
      }

      .tools {
        display: grid;
        grid-template-columns: 1fr 9rem;
        gap: 0.5rem;
      }

      .window {
        flex: 1;
        min-height: 12rem;
        overflow: auto;
        position: relative;
      }

      .all {
        position: relative;
      }

      .all > div {
        position: absolute;
        left: 0;
        right: 0;
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0 1.125rem;
        border-bottom: 1px solid var(--line);
        cursor: pointer;
      }

      .all > div:hover {
        background: color-mix(in srgb, var(--accent) 7%, transparent);
      }

      .all > div.current {
        box-shadow: inset 3px 0 var(--line);
      }

      .window:focus-visible {
        outline-offset: -2px;
      }

      .window:focus-visible .current {
        box-shadow: inset 3px 0 var(--accent);
        background: color-mix(in srgb, var(--accent) 10%, transparent);
      }

      .main {
        min-width: 0;
        flex: 1;
      }

      .second {
        display: flex;
        gap: 0.5rem;
        min-width: 0;
      }

      .figure {
        color: var(--ink2);
        white-space: nowrap;
      }

      .aged svg {
        vertical-align: -0.125rem;
      }

      .flag {
        color: var(--caution);
        display: inline-grid;
        vertical-align: -0.125rem;
      }
    `,
  ];

  protected override willUpdate(): void {
    void store.needTable(this.layer);
  }

  protected override render() {
    const layer = store.city?.layers.find(({ id }) => id === this.layer);
    if (!layer) return html`<p class="empty" role="alert">${this.words.layerUnknown}</p>`;
    const rows = this.rows();
    const all = store.tables.get(this.layer)?.rows.size ?? layer.count;
    return html`
      <div class="head">
        <div>
          <button class="back" @click=${() => screenState.go({ list: null })}>${icon("back", 15)} ${this.words.pages.place}</button>
        </div>
        <h1>${this.text(layer.title)} <span>${this.words.listCount(this.format.exact(rows.length), this.format.exact(all))}</span></h1>
        ${blinding(store.now, layer.id).map((source) => this.blind(source))}
        ${mayWrite()
          ? html`<div><button class="button" aria-expanded=${this.adding} @click=${() => (this.adding = !this.adding)}>${this.words.entry.add}</button></div>`
          : nothing}
        <div class="tools">
          <label class="field">
            ${this.words.filterList}
            <input type="search" .value=${this.wanted} @input=${this.filter} autocomplete="off" />
          </label>
          <label class="field">${this.words.sortBy} ${this.orders(layer)}</label>
        </div>
        <p class="unseen" id="how">${this.words.listKeys}</p>
      </div>
      ${this.adding ? html`<entry-form .type=${layer.type} @done=${this.added}></entry-form>` : nothing}
      ${this.listBox(layer, rows)}
    `;
  }

  private blind(source: Ailing) {
    const words = ailingWords(this.text(source.title), source, this.words, this.format, store.clock());
    return html`<p class="small" role="status"><state-mark state=${source.state}></state-mark> ${words}</p>`;
  }

  private added(event: CustomEvent<{ entity: string | null }>): void {
    this.adding = false;
    if (event.detail.entity) screenState.openPlace(event.detail.entity);
  }

  private orders(layer: Layer) {
    return html`<select @change=${this.sort}>
      <option value="name">${this.words.byName}</option>
      <option value="area">${this.words.byArea}</option>
      ${layer.columns.map(({ key, label }) => html`<option value="column ${key}">${this.text(label)}</option>`)}
    </select>`;
  }

  private listBox(layer: Layer, rows: readonly Row[]) {
    if (!store.tables.has(this.layer)) return html`<p class="empty" aria-busy="true">${this.words.loading}</p>`;
    if (rows.length === 0) return html`<p class="empty">${this.words.listEmpty}</p>`;
    const rem = this.rem();
    const first = Math.max(0, Math.floor(this.scrolled / (ROW_REM * rem)) - MARGIN_ROWS);
    const seen = Math.ceil((this.window?.clientHeight || 900) / (ROW_REM * rem)) + 2 * MARGIN_ROWS;
    const current = Math.min(this.current, rows.length - 1);
    const drawn = rows.slice(first, first + seen);
    const active = current >= first && current < first + seen;
    return html`<div
      class="window"
      role="listbox"
      tabindex="0"
      aria-label=${this.text(layer.title)}
      aria-describedby="how"
      aria-activedescendant=${active ? `row-${current}` : nothing}
      @keydown=${this.key}
      @scroll=${() => (this.scrolled = this.window.scrollTop)}
    >
      <div class="all" role="presentation" style=${setStyle({ height: `${rows.length * ROW_REM}rem` })}>
        ${drawn.map((row, index) => this.row(layer, row, first + index, rows.length, first + index === current))}
      </div>
    </div>`;
  }

  private row(layer: Layer, row: Row, index: number, count: number, current: boolean) {
    const ailing = ailingRow(store.now, row);
    const place = { top: `${index * ROW_REM}rem`, height: `${ROW_REM}rem` };
    return html`<div
      role="option"
      id="row-${index}"
      class=${current ? "current" : ""}
      aria-selected=${current}
      aria-setsize=${count}
      aria-posinset=${index + 1}
      style=${setStyle(place)}
      @click=${() => this.open(row)}
    >
      <span class="main">
        <span class="cut-off" style=${setStyle({ display: "block" })}>${row.name}</span>
        <span class="small second">${ailing ? html`<ailing-mark .source=${ailing}></ailing-mark>` : nothing}<span class="cut-off">${row.area ?? this.words.unknown}</span></span>
      </span>
      ${row.flags.length
        ? html`<span class="flag" role="img" aria-label=${row.flags.map((flag) => this.text(flag.text)).join(". ")} title=${row.flags.map((flag) => this.text(flag.text)).join("\n")}>${icon("flag", 14)}</span>`
        : nothing}
      <span class="figure">${this.age(layer, row)} ${rowNote(layer, row, this.format)}</span>
    </div>`;
  }

  /** Of something that moves: how old its position is, when that is too old. */
  private age(layer: Layer, row: Row) {
    const minutes = layer.moving ? staleMinutes(row, layer.id, store.clock().getTime()) : null;
    return minutes === null ? nothing : html`<span class="aged">${icon("clock", 13)} ${this.words.positionAge(minutes)}</span>`;
  }

  /** In order; arranged anew when the reader asks for another order, and at most once a second as the city changes. */
  private rows(): readonly Row[] {
    const table = store.tables.get(this.layer);
    if (!table) return [];
    const asked = [this.layer, this.wanted, this.order.by, this.order.key, this.order.down, store.generation].join("\n");
    const now = performance.now();
    const due = this.arranged.version !== table.version && now - this.arranged.at > ARRANGE_MS;
    if (this.arranged.asked !== asked || due) {
      const ids = sorted(filtered(table.rows.values(), this.wanted), this.order).map(({ id }) => id);
      this.arranged = { asked, version: table.version, at: now, ids };
    }
    return this.arranged.ids.flatMap((id) => table.rows.get(id) ?? []);
  }

  private rem(): number {
    return parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  private filter(event: InputEvent): void {
    this.wanted = (event.target as HTMLInputElement).value;
    this.current = 0;
  }

  private sort(event: Event): void {
    const [by = "name", key = ""] = (event.target as HTMLSelectElement).value.split(" ");
    this.order = { by: by as Order["by"], key, down: by === "column" };
  }

  private open(row: Row): void {
    screenState.openPlace(row.id);
  }

  private key(event: KeyboardEvent): void {
    if (typing(event) || event.ctrlKey || event.metaKey) return;
    const rows = this.rows();
    const row = rows[this.current];
    const next = moved(event.key, this.current, rows.length);
    if (next !== null) {
      event.preventDefault();
      this.current = next;
      this.reveal(next);
    } else if (event.key === "Enter" && row) this.open(row);
    else if (event.key === "m" && row) screenState.showOnMap(row.id);
  }

  private reveal(index: number): void {
    const height = ROW_REM * this.rem();
    const { clientHeight, scrollTop } = this.window;
    if (index * height < scrollTop) this.window.scrollTop = index * height;
    else if ((index + 1) * height > scrollTop + clientHeight) this.window.scrollTop = (index + 1) * height - clientHeight;
  }
}
