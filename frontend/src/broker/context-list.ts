/** Stored @contexts: where each came from, how large it is, whether anybody uses it; fetched anew and deleted. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { broker, type StoredContext } from "../api/broker";
import { controls, panelParts } from "../theme/controls";
import { workStyles } from "../work/work-styles";
import { brokerStyles } from "./broker-styles";
import { BrokerView } from "./broker-view";

@customElement("broker-contexts")
export class BrokerContexts extends BrokerView {
  @state() private contexts: readonly StoredContext[] | null = null;
  @state() private ending = "";

  static override readonly styles = [controls, panelParts, workStyles, brokerStyles];

  protected async read(): Promise<boolean> {
    this.contexts = await broker.contexts();
    return false;
  }

  protected override render() {
    const { said, contexts } = this;
    return html`
      <div class="section-head"><h2>${said.contexts}</h2><span class="count">${this.format.exact(contexts?.length ?? 0)}</span></div>
      ${this.heard()}
      ${contexts === null ? html`<p class="empty" aria-busy="true">${said.loading}</p>` : nothing}
      ${contexts?.length === 0 ? this.none(said.noContexts, said.noContextsHow) : contexts?.map((each) => this.one(each))}
    `;
  }

  private one(each: StoredContext) {
    const { said } = this;
    const facts = [
      said.size(this.format.glance(each.size / 1000)),
      each.hits ? said.used(this.format.exact(each.hits), this.when(each.lastUsed)) : said.unused,
      each.ownerName ? said.owner(each.ownerName) : "",
      each.expiresAt ? said.until(this.when(each.expiresAt)) : "",
    ];
    return html`<section class="one" aria-label=${each.url} data-context=${each.id}>
      <div class="title"><h3>${each.url}</h3><span class="small">${said.kinds[each.kind]}</span></div>
      <p>${facts.filter(Boolean).join(" · ")}</p>
      ${each.mayDelete ? (this.ending === each.id ? this.beforehand(each) : this.acts(each)) : nothing}
    </section>`;
  }

  private acts(each: StoredContext) {
    const { said } = this;
    return html`<div class="acts">
      ${each.mayReload
        ? html`<button class="button" aria-label="${said.reload}: ${each.url}" ?disabled=${this.busy} @click=${() => this.reload(each)}>${said.reload}</button>`
        : nothing}
      <button class="button" aria-label="${said.endContext}: ${each.url}" ?disabled=${this.busy} @click=${() => (this.ending = each.id)}>${said.endContext}</button>
    </div>`;
  }

  private beforehand(each: StoredContext) {
    const { said } = this;
    return html`<div class="ask-first">
      <p>${said.endContextEffect[each.kind]}</p>
      <div class="acts">
        <button class="button danger" ?disabled=${this.busy} @click=${() => this.end(each)}>${said.endContext}</button>
        <button class="button" @click=${() => (this.ending = "")}>${said.keep}</button>
      </div>
    </div>`;
  }

  private reload(each: StoredContext): Promise<void> {
    return this.doing(async () => {
      await broker.endContext(each, true);
      return this.said.reloaded(each.url);
    });
  }

  private async end(each: StoredContext): Promise<void> {
    this.ending = "";
    await this.doing(() => broker.endContext(each, false));
  }
}
