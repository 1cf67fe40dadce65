/** Two moments compared, layer by layer: what appeared, what disappeared, what has other values. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api } from "../api/client";
import { momentKey } from "../api/moment";
import type { Cell, Layer } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { type Row, type Table, readTable } from "../live/table";
import { shownLayers } from "../map/shown-layers";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { compared } from "./compared";
import { type Changed, type Differences, differences } from "./differences";

const MOST_SHOWN = 100;

@customElement("time-differences")
export class TimeDifferences extends View {
  @state() private others: ReadonlyMap<string, Table> = new Map();
  @state() private failed = false;

  private readFor = "";
  private ringed = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .row {
        width: 100%;
      }

      .change {
        color: var(--ink2);
        font-size: var(--t12);
        line-height: 1rem;
      }

      .sign {
        flex: none;
        width: 1.25rem;
        font-weight: 600;
        text-align: center;
      }
    `,
  ];

  protected override willUpdate(): void {
    const { with: at, known } = screenState.state;
    const layers = this.layers().map(({ id }) => id);
    const key = `${at} ${known} ${layers.join()}`;
    if (at === null || key === this.readFor) return;
    this.readFor = key;
    this.others = new Map();
    void this.read(layers, { at, known: known ?? "then" }, key);
  }

  private async read(layers: string[], moment: { at: string; known: "then" | "now" }, key: string): Promise<void> {
    try {
      const tables = await Promise.all(layers.map((layer) => api.layer(layer, moment)));
      if (key === this.readFor) this.others = new Map(tables.map((table) => [table.layer, readTable(table)]));
      this.failed = false;
    } catch {
      this.failed = true;
    }
  }

  override disconnectedCallback(): void {
    compared.clear();
    this.ringed = "";
    super.disconnectedCallback();
  }

  /** The map rings what the list names. */
  protected override updated(): void {
    const versions = this.layers().map(({ id }) => `${id} ${store.tables.get(id)?.version}`).join();
    const key = `${this.readFor} ${this.others.size} ${momentKey(store.past)} ${store.generation} ${versions}`;
    if (key === this.ringed) return;
    this.ringed = key;
    compared.show(this.layers().flatMap((layer) => this.found(layer) ?? []));
  }

  private layers(): Layer[] {
    return shownLayers(store.city?.layers ?? [], screenState.state.layers);
  }

  protected override render() {
    const words = this.words.time;
    if (this.failed) return html`<p class="empty" role="alert">${this.words.serverSilent}</p>`;
    if (this.others.size === 0) return html`<p class="empty" aria-busy="true">${this.words.loading}</p>`;
    const parts = this.layers().map((layer) => this.layer(layer));
    return parts.some((part) => part !== nothing) ? html`${parts}` : html`<p class="empty">${words.nothingDiffers}</p>`;
  }

  private layer(layer: Layer) {
    const found = this.found(layer);
    if (!found) return nothing;
    const count = found.appeared.length + found.disappeared.length + found.changed.length;
    if (count === 0) return nothing;
    return html`<div class="section-head"><h2>${this.text(layer.title)}</h2><span class="count">${this.format.exact(count)}</span></div>
      <ul>${this.lines(layer, found).slice(0, MOST_SHOWN)}</ul>
      ${count > MOST_SHOWN ? html`<p class="empty">${this.words.time.more(this.format.exact(count - MOST_SHOWN))}</p>` : nothing}`;
  }

  /** From the earlier of the two moments to the later one, whichever of them the map shows. */
  private found(layer: Layer): Differences | null {
    const [shown, other] = [store.tables.get(layer.id), this.others.get(layer.id)];
    if (!shown || !other) return null;
    const { at, with: second } = screenState.state;
    const later = second !== null && (at === null || Date.parse(at) >= Date.parse(second));
    return later ? differences(other, shown) : differences(shown, other);
  }

  private lines(layer: Layer, { appeared, disappeared, changed }: Differences) {
    const words = this.words.time;
    return [
      ...appeared.map((row) => this.line(row, "+", words.appeared)),
      ...disappeared.map((row) => this.line(row, "−", words.disappeared)),
      ...changed.map((change) => this.line(change.row, "≠", this.told(layer, change))),
    ];
  }

  private line(row: Row, sign: string, told: string) {
    return html`<li>
      <button class="row" @click=${() => screenState.openPlace(row.id)}>
        <span class="sign" aria-hidden="true">${sign}</span>
        <span class="main">${row.name}<br /><span class="change">${[row.area, told].filter(Boolean).join(" · ")}</span></span>
      </button>
    </li>`;
  }

  private told(layer: Layer, { changes, moved, renamed, row }: Changed): string {
    const words = this.words.time;
    const parts = changes.map(({ key, before, after }) => {
      const column = layer.columns.find((each) => each.key === key);
      return words.change(this.text(column?.label) || key, this.cell(layer, key, before), this.cell(layer, key, after));
    });
    if (renamed !== null) parts.push(words.change(this.words.byName, renamed, row.name));
    if (moved) parts.push(words.moved);
    return parts.join("; ");
  }

  private cell(layer: Layer, key: string, cell: Cell): string {
    if (cell === null) return this.words.unknown;
    const shade = key === layer.columns[0]?.key ? layer.classes.find(({ value }) => value === cell) : undefined;
    if (shade) return this.text(shade.text);
    return typeof cell === "number" ? this.format.exact(cell) : String(cell);
  }
}
