/** Place: all facts of one place; without a selection the areas and the layers of the city. */
import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { View } from "../frame/view";
import "../lists/area-table";
import "../lists/layer-list";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import "./place-facts";
import "./place-index";

@customElement("place-page")
export class PlacePage extends View {
  static override readonly styles = [
    controls,
    // The list scrolls within itself: it draws only the rows in view.
  ];

  protected override render() {
    const { id, list, service } = screenState.state;
    if (id) return html`<place-facts></place-facts>`;
    if (list === "areas") return html`<area-table></area-table>`;
    if (list) return html`<layer-list .layer=${list}></layer-list>`;
    if (service) return this.ofService(service);
    return html`<place-index></place-index>`;
  }

  private ofService(service: string) {
    void import("../views/service-page");
    return html`<service-page .address=${service}></service-page>`;
  }
}
