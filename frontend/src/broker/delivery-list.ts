/** Deliveries: what waits for each receiver, since when, why; below it the notifications that were given up. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { broker, type Receiver } from "../api/broker";
import type { SourceState } from "../api/source-types";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import { workStyles } from "../work/work-styles";
import { brokerStyles } from "./broker-styles";
import { BrokerView } from "./broker-view";
import "./letter-list";

@customElement("broker-deliveries")
export class BrokerDeliveries extends BrokerView {
  @state() private receivers: readonly Receiver[] | null = null;

  static override readonly styles = [controls, panelParts, workStyles, brokerStyles];

  protected async read(): Promise<boolean> {
    this.receivers = await broker.receivers();
    return this.receivers.some(({ waiting }) => waiting > 0);
  }

  protected override render() {
    const { said, receivers } = this;
    return html`
      <div class="section-head"><h2>${said.receivers}</h2><span class="count">${this.format.exact(receivers?.length ?? 0)}</span></div>
      ${this.heard()}
      ${receivers === null ? html`<p class="empty" aria-busy="true">${said.loading}</p>` : nothing}
      ${receivers?.length === 0 ? this.none(said.noReceivers) : receivers?.map((each) => this.one(each))}
      <letter-list .receivers=${receivers ?? []} @done=${() => this.lookout.again()}></letter-list>
    `;
  }

  private one(each: Receiver) {
    const { said } = this;
    return html`<section class="one" aria-label=${each.receiver} data-receiver=${each.receiver}>
      <div class="title"><state-mark state=${mark(each)}></state-mark><h3>${each.receiver}</h3>
        <span class="small">${said.serves(this.format.exact(each.subscriptions))}</span></div>
      <p class=${each.failing ? "bad" : ""}>${each.failing ? this.reason(each.reason) : each.lastSuccess ? said.well : said.states.never}
        · ${this.taken(each.lastSuccess)}${each.lastFailure ? ` · ${said.lastFailure(this.when(each.lastFailure))}` : nothing}</p>
      <p class=${each.waiting || each.dead ? "bad" : ""}>${this.owed(each)}</p>
    </section>`;
  }

  private owed({ waiting, oldest, nextTry, dead }: Receiver): string {
    const { said } = this;
    return [
      waiting ? said.waits(this.format.exact(waiting), this.when(oldest)) : said.nothingWaits,
      waiting && nextTry ? said.nextTry(this.when(nextTry)) : "",
      dead ? said.deadOf(this.format.exact(dead)) : "",
    ].filter(Boolean).join(" · ");
  }
}

function mark({ failing, dead, lastSuccess }: Receiver): SourceState {
  if (failing) return "failing";
  if (dead) return "late";
  return lastSuccess ? "live" : "waiting";
}
