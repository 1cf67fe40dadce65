/** What the city is made of: its areas and its layers. The accessible twin of the map begins here. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Area } from "../api/types";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { moveFocus, typing } from "../lists/list-keys";
import { addressOf, servicePages } from "../live/service-pages";
import { store } from "../live/store";
import "../map/symbol-key";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";

@customElement("place-index")
export class PlaceIndex extends View {
  @state() private opened: string | null = null;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      h1 {
        padding: 0.75rem 1.125rem;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .pair {
        display: flex;
        align-items: stretch;
        border-bottom: 1px solid var(--line);
      }

      .pair .row {
        border: 0;
        min-width: 0;
      }

      .unfold {
        display: grid;
        place-items: center;
        flex: none;
        width: 2.75rem;
        color: var(--ink3);
      }

      .unfold svg {
        transition: transform 120ms;
      }

      .unfold[aria-expanded="true"] svg {
        transform: rotate(90deg);
      }

      .nested .row {
        padding-left: 2.25rem;
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override render() {
    const { words } = this;
    const city = store.areas.find(({ level }) => level === "city");
    const districts = store.areas.filter(({ level }) => level === "kecamatan").sort((a, b) => a.name.localeCompare(b.name));
    return html`
      <h1>${words.pages.place}</h1>
      <div @keydown=${this.key}>
        <div class="section-head"><h2>${words.layers}</h2></div>
        <ul>
          ${(store.city?.layers ?? []).map(
            (layer) => html`<li>
              <button class="row" data-move @click=${() => screenState.go({ list: layer.id })}>
                <symbol-key .layer=${layer}></symbol-key>
                <span class="main">${this.text(layer.title)}</span>
                <span class="end">${this.format.exact(store.tables.get(layer.id)?.rows.size ?? layer.count)}</span>
              </button>
            </li>`,
          )}
        </ul>
        ${this.services()}
        <div class="section-head"><h2>${words.areas}</h2></div>
        ${city
          ? html`<button class="row" data-move @click=${() => screenState.openPlace(city.id)}>
              <span class="main">${city.name}</span><span class="end small">${words.levels.city}</span>
            </button>`
          : nothing}
        <ul>
          ${districts.map((district) => this.district(district))}
        </ul>
      </div>
    `;
  }

  private services() {
    const pages = servicePages.own;
    if (pages.length === 0) return nothing;
    return html`<div class="section-head"><h2>${this.words.views.pages}</h2></div>
      <ul>
        ${pages.map(
          (page) => html`<li>
            <button class="row" data-move @click=${() => screenState.openService(addressOf(page))}>
              <span class="main">${this.text(page.title)}</span>
            </button>
          </li>`,
        )}
      </ul>`;
  }

  private district(district: Area) {
    const villages = store.areas.filter(({ parent }) => parent === district.code).sort((a, b) => a.name.localeCompare(b.name));
    const open = this.opened === district.code;
    return html`<li>
      <div class="pair">
        <button class="row" data-move @click=${() => screenState.openPlace(district.id)}>
          <span class="main">${district.name}</span>
          <span class="end small">${this.words.countKelurahan(villages.length)}</span>
        </button>
        <button
          class="unfold"
          aria-expanded=${open}
          aria-label="${district.name}: ${this.words.countKelurahan(villages.length)}"
          @click=${() => (this.opened = open ? null : district.code)}
        >
          ${icon("next", 15)}
        </button>
      </div>
      ${open
        ? html`<ul class="nested">
            ${villages.map(
              (village) => html`<li>
                <button class="row" data-move @click=${() => screenState.openPlace(village.id)}>${village.name}</button>
              </li>`,
            )}
          </ul>`
        : nothing}
    </li>`;
  }

  private key(event: KeyboardEvent): void {
    if (typing(event)) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-move]")];
    moveFocus(event, rows, event.target as HTMLElement);
  }
}
