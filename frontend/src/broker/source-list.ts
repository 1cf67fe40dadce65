/** Other context sources and how requests to them fare, what is missing while one fails; and with whom the city shares. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { broker, type ContextSource, type Holding, type Partner } from "../api/broker";
import type { SourceState } from "../api/source-types";
import { store } from "../live/store";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import { workStyles } from "../work/work-styles";
import { few } from "./asks";
import { brokerStyles } from "./broker-styles";
import { BrokerView } from "./broker-view";

@customElement("broker-sources")
export class BrokerSources extends BrokerView {
  @state() private sources: readonly ContextSource[] | null = null;
  @state() private partners: readonly Partner[] | null = null;
  @state() private ending = "";

  static override readonly styles = [controls, panelParts, workStyles, brokerStyles];

  protected async read(): Promise<boolean> {
    const { sources, partners } = await broker.sources();
    Object.assign(this, { sources, partners });
    return sources.some(({ breaker }) => breaker !== "closed");
  }

  protected override render() {
    const { said, sources, partners } = this;
    return html`
      <div class="section-head"><h2>${said.sources}</h2><span class="count">${this.format.exact(sources?.length ?? 0)}</span></div>
      ${this.heard()}
      ${sources === null ? html`<p class="empty" aria-busy="true">${said.loading}</p>` : nothing}
      ${sources?.length === 0 ? this.none(said.noSources, said.noSourcesHow) : sources?.map((each) => this.one(each))}
      <div class="section-head"><h2>${said.partners}</h2><span class="count">${partners === null ? "" : this.format.exact(partners.length)}</span></div>
      ${sources !== null && partners === null ? html`<p class="empty">${said.partnersHidden}</p>` : nothing}
      ${partners?.length === 0 ? this.none(said.noPartners, said.noPartnersHow) : partners?.map((each) => this.partner(each))}
    `;
  }

  private one(each: ContextSource) {
    const { said } = this;
    const name = each.name || each.endpoint;
    const what = each.holds.map((part) => this.holding(part)).join("; ");
    return html`<section class="one" aria-label=${name} data-source=${each.id}>
      <div class="title"><state-mark state=${mark(each)}></state-mark><h3>${name}</h3><span class="small">${each.language === "ngsi-v2" ? said.provides[each.mode] ?? said.modes[each.mode] : said.modes[each.mode]}</span></div>
      <p class="ask">${said.holds(what)}; ${said.operations(few(each.operations))}.</p>
      <p>→ <code>${each.endpoint}</code>${each.tenant ? ` (${each.tenant})` : nothing} · ${said.owner(each.ownerName)}${each.expiresAt ? ` · ${said.until(this.when(each.expiresAt))}` : nothing}</p>
      ${each.ownerMay ? nothing : html`<p class="bad">${said.ownerMayNot(each.ownerName)}</p>`}
      <p>${this.fares(each)}</p>
      ${each.failing || each.breaker !== "closed" ? html`<p class="bad">${this.trouble(each)}</p><p class="bad">${(each.language === "ngsi-v2" ? said.missingProvider : said.missing[each.mode])(what)}</p>` : nothing}
      ${each.mayChange ? (this.ending === each.id ? this.beforehand(each, name) : this.acts(each, name)) : nothing}
    </section>`;
  }

  private holding({ types, ids, patterns, attributes }: Holding): string {
    const { said } = this;
    const kinds = types.length ? few(types) : said.anything;
    const narrowed = [ids.length ? said.asks.named(few(ids)) : "", patterns.length ? said.asks.like(few(patterns)) : "", attributes.length ? said.only(few(attributes)) : ""];
    const limits = narrowed.filter(Boolean).join(", ");
    return limits ? `${kinds} (${limits})` : kinds;
  }

  private fares({ timesSent, timesFailed, lastSuccess, lastFailure, timing }: ContextSource): string {
    const { said } = this;
    const n = (value: number) => this.format.exact(value);
    return [
      said.asked(n(timesSent), n(timesFailed)),
      this.taken(lastSuccess),
      lastFailure ? said.lastFailure(this.when(lastFailure)) : "",
      timing ? said.timing(n(timing.median), n(timing.slowest), n(timing.answers)) : "",
    ].filter(Boolean).join(" · ");
  }

  private trouble({ fault, reason, breaker, againIn }: ContextSource): string {
    const { said } = this;
    const why = fault ? `${said.faults[fault] ?? fault}${fault === "refused" && reason ? ` (${reason})` : ""}` : "";
    return [why, said.breaker[breaker](this.format.exact(Math.ceil(againIn)))].filter(Boolean).join(" · ");
  }

  private acts(each: ContextSource, name: string) {
    const { said } = this;
    return html`<div class="acts"><button class="button" aria-label="${said.endSource}: ${name}" ?disabled=${this.busy} @click=${() => (this.ending = each.id)}>${said.endSource}</button></div>`;
  }

  private beforehand(each: ContextSource, name: string) {
    const { said } = this;
    return html`<div class="ask-first">
      <p>${said.endSourceEffect(name)}</p>
      <div class="acts">
        <button class="button danger" ?disabled=${this.busy} @click=${() => this.end(each)}>${said.endSource}</button>
        <button class="button" @click=${() => this.closing(() => (this.ending = ""))}>${said.keep}</button>
      </div>
    </div>`;
  }

  private async end(each: ContextSource): Promise<void> {
    this.ending = "";
    await this.doing(() => broker.endSource(each));
  }

  private partner(each: Partner) {
    const { said } = this;
    const n = (value: number) => this.format.exact(value);
    const types = each.types === null ? said.everyType : few(each.types) || "–";
    return html`<section class="one" aria-label=${each.name} data-partner=${each.account}>
      <div class="title"><state-mark state=${each.disabled ? "off" : "live"}></state-mark><h3>${each.name}</h3>
        <span class="small">${each.disabled ? said.disabled : each.writes ? said.writes : said.readsOnly}</span></div>
      <p class="ask">${said.sees(types, this.areas(each.areas))}${each.attributes ? `, ${said.onlyAttributes(few(each.attributes))}` : nothing}.</p>
      <p>${each.usedAt ? said.tokens(n(each.tokens), this.when(each.usedAt)) : said.tokensUnused(n(each.tokens))} · ${said.partnerSubscriptions(n(each.subscriptions))}</p>
    </section>`;
  }

  private areas(codes: string[] | null): string {
    if (codes === null) return this.said.everyArea;
    const names = new Map((store.areas ?? []).map(({ code, name }) => [code, name]));
    return few(codes.map((code) => names.get(code) ?? code)) || "–";
  }
}

function mark({ failing, breaker, lastSuccess }: ContextSource): SourceState {
  if (failing || breaker !== "closed") return "failing";
  return lastSuccess ? "live" : "waiting";
}
