/** Legend: each layer with its symbol and count; pressing it shows or hides the layer, the list icon opens its list. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Layer } from "../api/types";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import "./shade-choice";
import { ailingWords, blinding } from "../sources/ailing";
import "../sources/state-mark";
import { shownLayers, switched } from "./shown-layers";
import "./class-key";
import "./symbol-key";

@customElement("legend-box")
export class LegendBox extends View {
  /** There is room to unfold it without covering the city. */
  @property({ type: Boolean }) roomy = false;

  static override readonly styles = [
    controls,
    css`
      :host {
        display: flex;
        min-height: 0;
      }

      .box {
        min-width: 12rem;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        background: var(--surface);
        overflow: hidden auto;
      }

      .fold {
        position: sticky;
        top: 0;
        background: var(--surface);
        width: 100%;
        padding: 0.4375rem 0.625rem 0.4375rem 1rem;
        font-size: var(--t12);
        line-height: 1rem;
        color: var(--ink2);
      }

      .fold:hover {
        color: var(--ink);
      }

      .fold svg {
        flex: none;
        transform: rotate(-90deg);
        transition: transform 120ms;
      }

      .fold[aria-expanded="true"] svg {
        transform: rotate(90deg);
      }

      ul {
        display: grid;
        min-width: 14rem;
        padding: 0 0 0.375rem;
      }

      li {
        display: flex;
        align-items: stretch;
      }

      button {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.25rem 0.25rem 0.25rem 1rem;
        flex: 1;
        min-width: 0;
      }

      .count {
        margin-left: auto;
        padding-left: 1.25rem;
        color: var(--ink2);
      }

      [aria-pressed="false"] {
        color: var(--ink3);
      }

      [aria-pressed="false"] symbol-key {
        opacity: 0.35;
        filter: grayscale(1);
      }

      [aria-pressed="false"] .count {
        color: var(--ink3);
      }

      li:hover {
        background: color-mix(in srgb, var(--accent) 7%, transparent);
      }

      .list {
        flex: none;
        width: 2.25rem;
        padding: 0;
        justify-content: center;
        color: var(--ink3);
      }

      .list:hover {
        color: var(--ink);
      }

      button:focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  protected override render() {
    const layers = store.city?.layers ?? [];
    const on = new Set(shownLayers(layers, screenState.state.layers).map(({ id }) => id));
    const open = screenState.state.legend ? screenState.state.legend === "open" : this.roomy;
    const shown = this.words.listCount(String(on.size), String(layers.length));
    return html`<div class="box">
      <button class="fold" aria-expanded=${open} @click=${() => screenState.adjust({ legend: open ? "folded" : "open" })}>
        ${this.words.legend} <span class="count">${shown}</span> ${icon("next", 14)}
      </button>
      ${open
        ? html`<ul aria-label=${this.words.legend}>
            ${layers.map((layer) => [this.layer(layer, on.has(layer.id)), on.has(layer.id) && layer.classes.length && this.count(layer) ? html`<li><class-key .layer=${layer}></class-key></li>` : nothing])}
          </ul>
            <shade-choice></shade-choice>`
        : nothing}
    </div>`;
  }

  private layer(layer: Layer, on: boolean) {
    const title = this.text(layer.title);
    const [ailing] = blinding(store.now, layer.id);
    const blind = ailing ? ailingWords(this.text(ailing.title), ailing, this.words, this.format, store.clock()) : "";
    const count = this.count(layer);
    return html`<li>
      <button aria-pressed=${on} aria-label="${this.words.showLayer(title)}, ${this.format.exact(count)}${blind && `, ${blind}`}" title=${blind} @click=${() => this.toggle(layer)}>
        <symbol-key .layer=${layer}></symbol-key>
        <span class="cut-off">${title}</span>
        ${ailing ? html`<state-mark state=${ailing.state}></state-mark>` : nothing}
        <span class="count">${this.format.exact(count)}</span>
      </button>
      <button class="list" aria-label=${this.words.openList(title)} title=${this.words.openList(title)} @click=${() => this.open(layer)}>
        ${icon("list", 15)}
      </button>
    </li>`;
  }

  private count(layer: Layer): number {
    return store.tables.get(layer.id)?.rows.size ?? layer.count;
  }

  private toggle(layer: Layer): void {
    const layers = store.city?.layers ?? [];
    screenState.adjust({ layers: switched(layers, screenState.state.layers, layer.id) });
  }

  private open(layer: Layer): void {
    screenState.go({ page: "place", list: layer.id, id: null, incident: null, value: null, sheet: false });
  }
}
