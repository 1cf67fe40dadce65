/** Base of every component that a service brings: what it is of, how it tells that it could not read. */
import { html, nothing } from "lit";
import { property } from "lit/decorators.js";
import type { Value } from "../api/types";
import { View } from "../frame/view";
import { giveValues, valueAddress } from "../live/given-values";
import "../value/value-view";
import type { Reading } from "./reading";

export class ServiceView extends View {
  /** The entity on whose page it stands; null of a page of its own. */
  @property() entity: string | null = null;
  /** What the address keeps for it: `screenState.adjust({ detail })` changes it. It may be anything somebody typed. */
  @property() detail: string | null = null;
  /** Whether it shows the moment of the past that the screen shows; else the frame says that this is the present. */
  readonly followsPast: boolean = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    giveValues(this.localName, []);
  }

  /** Says to the drawer which values are on the screen: once, of everything that was read. */
  protected give(values: readonly Value[]): void {
    giveValues(this.localName, values);
  }

  /** A value in the house's way; `give` it, and selecting it opens its history and its source. */
  protected value(value: Value, look: "tile" | "row" | "cell" = "row") {
    return html`<value-view look=${look} .value=${value} .address=${valueAddress(value)}></value-view>`;
  }

  /** What is to be said of a reading: that it is on its way, failed, or shows what was read before. */
  protected stateOf(reading: Pick<Reading<unknown>, "value" | "problem" | "readAt" | "busy" | "again">) {
    const { words } = this;
    const { problem, readAt } = reading;
    if (problem === null) return reading.value === null && reading.busy ? html`<p class="empty" aria-busy="true">${words.loading}</p>` : nothing;
    const said = problem.message || words.serverSilent;
    const again = html`<button class="button" @click=${() => void reading.again()}>${words.views.again}</button>`;
    if (reading.value === null || readAt === null) return html`<div class="empty" role="alert"><p>${said}</p><div>${again}</div></div>`;
    return html`<p class="notice" role="status">${words.views.stale(this.format.moment(readAt.toISOString()))} ${said} ${again}</p>`;
  }
}
