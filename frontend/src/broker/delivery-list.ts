/** Deliveries: what waits for each receiver, since when, why; below it the notifications that were given up. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { broker, type Receiver } from "../api/broker";
import type { SourceState } from "../api/source-types";
import { store } from "../live/store";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import { workStyles } from "../work/work-styles";
import { brokerStyles } from "./broker-styles";
import { BrokerView } from "./broker-view";
import "./letter-list";
import type { LetterList } from "./letter-list";

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
      <div class="title"><state-mark state=${mark(each, store.clock())}></state-mark><h3>${each.receiver}</h3>
        <span class="small">${said.serves(this.format.exact(each.subscriptions))}</span></div>
      <p class=${each.failing ? "bad" : ""}>${this.how(each)}
        · ${this.taken(each.lastSuccess)}${each.lastFailure ? ` · ${said.lastFailure(this.when(each.lastFailure))}` : nothing}</p>
      <p class=${each.waiting || each.dead ? "bad" : ""}>${this.owed(each)}</p>
      ${each.dead ? html`<div class="acts"><button class="button" aria-label="${said.lettersOf}: ${each.receiver}" @click=${() => this.narrowTo(each.receiver)}>${said.lettersOf}</button></div>` : nothing}
    </section>`;
  }

  private how(each: Receiver): string {
    const { said } = this;
    if (each.failing) return this.reason(each.reason);
    if (!each.lastSuccess) return said.states.never;
    return lags(each, store.clock()) ? said.lags : said.well;
  }

  /** Shows the letters of one receiver alone, ready to be sent again. */
  private narrowTo(receiver: string): void {
    void this.renderRoot.querySelector<LetterList>("letter-list")?.narrowTo(receiver);
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

/** Whether a receiver takes what it is sent, and yet is behind: something that may go waits for it longer than this. */
const LAG_MS = 10_000;

function lags({ failing, waiting, oldest, nextTry }: Receiver, now: Date): boolean {
  return !failing && waiting > 0 && nextTry === null && oldest !== null && now.getTime() - Date.parse(oldest) > LAG_MS;
}

function mark(each: Receiver, now: Date): SourceState {
  const { failing, dead, lastSuccess } = each;
  if (failing) return "failing";
  if (dead || lags(each, now)) return "late";
  return lastSuccess ? "live" : "waiting";
}
