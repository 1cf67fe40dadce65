/** Programme: until the city writes its targets, the page says what is missing and shows the base figures it has. */
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { View } from "../frame/view";
import { tileAddress } from "../live/open-place";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import "../value/value-view";
import { honest } from "./honest";

@customElement("programme-page")
export class ProgrammePage extends View {
  static override readonly styles = [controls, panelParts, honest];

  protected override render() {
    const words = this.words.programme;
    const tiles = store.now?.tiles ?? [];
    return html`
      <h1>${this.words.pages.programme}</h1>
      <p class="lead">${words.lead}</p>
      <div class="empty">
        <strong>${words.missing}</strong>
        <p>${words.why}</p>
        <p>${words.brings}</p>
      </div>
      ${tiles.length ? html`<div class="section-head"><h2>${words.meanwhile}</h2></div>` : nothing}
      ${tiles.map(
        (tile) =>
          html`<value-view look="row" .value=${tile} .of=${tile.of ?? null} .address=${tileAddress(tile.id)}></value-view>`,
      )}
    `;
  }
}
