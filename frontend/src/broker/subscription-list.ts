/** Subscriptions: who hears of what, where, and how it fares; paused, resumed, tried out and deleted by those who may. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { broker, type Copy, type Subscription, type Trial } from "../api/broker";
import "../sources/state-mark";
import type { SourceState } from "../api/source-types";
import { controls, panelParts } from "../theme/controls";
import { workStyles } from "../work/work-styles";
import { asksInWords, few } from "./asks";
import { brokerStyles } from "./broker-styles";
import { BrokerView } from "./broker-view";

const STATES = ["all", "ailing", "unused", "paused"] as const;
const PAGE = 50;

@customElement("broker-subscriptions")
export class BrokerSubscriptions extends BrokerView {
  @state() private all: readonly Subscription[] | null = null;
  @state() private count = 0;
  @state() private show: (typeof STATES)[number] = "all";
  @state() private seeking = "";
  @state() private pages = 1;
  @state() private ending = "";
  @state() private trial: { key: string; told: Trial | null } | null = null;

  static override readonly styles = [controls, panelParts, workStyles, brokerStyles];

  protected async read(): Promise<boolean> {
    const found: Subscription[] = [];
    for (let page = 0; page < this.pages; page += 1) {
      const told = await broker.subscriptions(this.show, this.seeking, page * PAGE);
      this.count = told.count;
      found.push(...told.subscriptions);
    }
    this.all = found;
    return found.some(({ waiting }) => waiting > 0);
  }

  protected override render() {
    const { said, all } = this;
    return html`
      <div class="tools">
        <label class="field">${said.find}<input type="search" .value=${this.seeking} @input=${this.sought} /></label>
        <label class="field">${said.show}<select @change=${this.narrowed}>
          ${STATES.map((each) => html`<option value=${each} ?selected=${each === this.show}>${said.showStates[each]}</option>`)}
        </select></label>
      </div>
      <div class="section-head"><h2>${said.tabs.subscriptions}</h2><span class="count">${this.format.exact(this.count)}</span></div>
      ${this.heard()} ${all === null ? html`<p class="empty" aria-busy="true">${said.loading}</p>` : this.list(all)}
    `;
  }

  private list(all: readonly Subscription[]) {
    const { said } = this;
    if (all.length === 0) {
      const narrowed = this.seeking !== "" || this.show !== "all";
      return narrowed ? this.none(said.noneFits) : this.none(said.noSubscriptions, said.noSubscriptionsHow);
    }
    return html`
      ${all.map((each) => this.one(each))}
      ${this.count > all.length
        ? html`<p class="row"><button class="button" @click=${this.further}>${said.more}</button></p>`
        : nothing}
    `;
  }

  private one(each: Subscription) {
    const { said } = this;
    const name = this.name(each);
    return html`<section class="one" aria-label=${name} data-subscription=${each.id}>
      <div class="title"><state-mark state=${mark(each)}></state-mark><h3>${name}</h3>
        <span class="small">${each.failing && each.status === "active" ? said.states.failing : said.states[each.status]}</span></div>
      <p class="ask">${asksInWords(each, said.asks, this.format).join("; ")}.</p>
      <p>→ <code>${each.endpoint}</code> · ${said.owner(each.ownerName)}${each.expiresAt ? ` · ${said.until(this.when(each.expiresAt))}` : nothing}</p>
      <p>${this.fares(each)}</p>
      ${each.copies.map((copy) => html`<p class=${copy.failures ? "bad" : nothing} data-copy=${copy.source}>${this.copy(copy)}</p>`)}
      ${each.failing || each.waiting || each.dead ? html`<p class="bad">${this.trouble(each)}</p>` : nothing}
      ${this.trial?.key === each.key ? html`<p class="bad" role="status">${this.tried(this.trial.told)}</p>` : nothing}
      ${this.may("subscriptions.write") ? (this.ending === each.key ? this.beforehand(each) : this.acts(each)) : nothing}
    </section>`;
  }

  private name({ description, asks, id }: Subscription): string {
    return description || (asks.types.length ? few(asks.types) : id);
  }

  private fares({ timesSent, timesFailed, lastSuccess, lastFailure }: Subscription): string {
    const { said } = this;
    if (timesSent === 0 && !lastSuccess) return said.states.never;
    return [
      said.counts(this.format.exact(timesSent), this.format.exact(timesFailed)),
      this.taken(lastSuccess),
      lastFailure ? said.lastFailure(this.when(lastFailure)) : "",
    ].filter(Boolean).join(" · ");
  }

  private trouble({ failing, reason, waiting, oldest, nextTry, dead }: Subscription): string {
    const { said } = this;
    return [
      failing && reason ? this.reason(reason) : "",
      waiting ? said.waits(this.format.exact(waiting), this.when(oldest)) : "",
      waiting && nextTry ? said.nextTry(this.when(nextTry)) : "",
      dead ? said.deadOf(this.format.exact(dead)) : "",
    ].filter(Boolean).join(" · ");
  }

  private copy({ endpoint, state, since, failures, reason }: Copy): string {
    const { said } = this;
    const when = since ? ` ${said.copySince(this.when(since))}` : "";
    const why = failures ? `${said.copyFails(this.format.exact(failures))}${reason ? ` (${this.reason(reason)})` : ""}` : "";
    return [`${said.copies[state](endpoint)}${when}`, why].filter(Boolean).join(" · ");
  }

  private acts(each: Subscription) {
    const { said } = this;
    const name = this.name(each);
    const paused = each.status === "paused";
    const turn = paused ? said.resume : said.pause;
    return html`<div class="acts">
      ${each.status === "expired" ? nothing : html`<button class="button" aria-label="${turn}: ${name}" ?disabled=${this.busy}
        @click=${() => this.doing(() => broker.turn(each, paused))}>${turn}</button>`}
      <button class="button" aria-label="${said.tryOut}: ${name}" ?disabled=${this.busy} @click=${() => this.tryOut(each)}>${said.tryOut}</button>
      <button class="button" aria-label="${said.end}: ${name}" ?disabled=${this.busy} @click=${() => (this.ending = each.key)}>${said.end}</button>
    </div>`;
  }

  private beforehand(each: Subscription) {
    const { said } = this;
    return html`<div class="ask-first">
      <p>${said.endEffect(this.format.exact(each.waiting), this.format.exact(each.dead), each.endpoint)}</p>
      <div class="acts">
        <button class="button danger" ?disabled=${this.busy} @click=${() => this.end(each)}>${said.endNow}</button>
        <button class="button" @click=${() => this.closing(() => (this.ending = ""))}>${said.keep}</button>
      </div>
    </div>`;
  }

  private async tryOut(each: Subscription): Promise<void> {
    this.trial = { key: each.key, told: null };
    await this.doing(async () => {
      this.trial = { key: each.key, told: await broker.tryOut(each) };
    });
    if (this.trial?.told === null) this.trial = null;
  }

  private tried(trial: Trial | null): string {
    const { said } = this;
    if (trial === null) return said.trying;
    if (!trial.taken) return said.refused(this.reason(trial.reason));
    const took = said.took(String(trial.status), this.format.exact(trial.milliseconds), this.format.exact(trial.entities));
    return trial.entities ? took : `${took} ${said.emptyTrial}`;
  }

  private async end(each: Subscription): Promise<void> {
    this.ending = "";
    await this.doing(() => broker.end(each));
  }

  private readonly sought = (event: Event) => {
    Object.assign(this, { seeking: (event.target as HTMLInputElement).value, pages: 1 });
    void this.lookout.again();
  };

  private readonly narrowed = (event: Event) => {
    Object.assign(this, { show: (event.target as HTMLSelectElement).value, pages: 1 });
    void this.lookout.again();
  };

  private readonly further = () => {
    this.pages += 1;
    void this.lookout.again();
  };
}

function mark({ status, failing, dead, timesSent }: Subscription): SourceState {
  if (status !== "active") return "off";
  if (failing) return "failing";
  if (dead) return "late";
  return timesSent ? "live" : "waiting";
}
