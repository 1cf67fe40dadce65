/** The entities of one type that are held here: found by id, with their values; each opens with all it has, and its past. */
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { broker, type BareEntity } from "../api/broker";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { workStyles } from "../work/work-styles";
import { shortName } from "./asks";
import { brokerStyles } from "./broker-styles";
import { BrokerView } from "./broker-view";

const PAGE = 50;
const MOST_VALUES = 4;
const LONGEST = 40;
const OWN = new Set(["id", "type", "name", "scope", "createdAt", "modifiedAt", "expiresAt"]);

@customElement("broker-entities")
export class BrokerEntities extends BrokerView {
  @property() type = "";
  @state() private entities: readonly BareEntity[] | null = null;
  @state() private seeking = "";
  private count = 0;
  private pages = 1;

  static override readonly styles = [controls, panelParts, workStyles, brokerStyles];

  protected async read(): Promise<boolean> {
    const { type, seeking } = this;
    const found: BareEntity[] = [];
    for (let page = 0; page < this.pages; page += 1) {
      const told = await broker.entities(type, seeking, page * PAGE);
      found.push(...told.entities);
      this.count = told.count;
      if (told.entities.length < PAGE) break;
    }
    if (type === this.type && seeking === this.seeking) this.entities = found;
    return false;
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.get("type")) void this.from({ entities: null, seeking: "" });
  }

  protected override render() {
    const { said, entities } = this;
    const head = shortName(this.type);
    return html`
      <div class="tools">
        <label class="field">${said.findEntity}<input type="search" .value=${this.seeking} @change=${this.sought} /></label>
        <button class="button" @click=${() => screenState.go({ detail: "types" })}>${said.allTypes}</button>
      </div>
      <div class="section-head"><h2 title=${this.type}>${head}</h2><span class="count">${entities === null ? "" : this.format.exact(this.count)}</span></div>
      ${this.heard()}
      ${entities === null && !this.problem ? html`<p class="empty" aria-busy="true">${said.loading}</p>` : nothing}
      ${entities?.length === 0 ? this.none(this.seeking ? said.noneFits : said.noEntities) : entities?.map((each) => this.one(each))}
      ${entities !== null && this.count > entities.length ? html`<p class="row"><button class="button" @click=${this.further}>${said.more}</button></p>` : nothing}
    `;
  }

  private one(each: BareEntity) {
    const name = typeof each.name === "string" && each.name ? each.name : each.id;
    return html`<section class="one" aria-label=${name} data-entity=${each.id}>
      <div class="title"><h3><button class="link" @click=${() => screenState.go({ page: "place", id: each.id, list: null, detail: null })}>${name}</button></h3><span class="small">${this.when(each.modifiedAt)}</span></div>
      ${name === each.id ? nothing : html`<p><code>${each.id}</code></p>`}
      <p class="ask">${this.values(each)}</p>
    </section>`;
  }

  /** The first plain values, and how many attributes there are beside them. */
  private values(entity: BareEntity): string {
    const all = Object.entries(entity).filter(([name]) => !OWN.has(name));
    const plain = all.filter(([, value]) => typeof value !== "object").slice(0, MOST_VALUES);
    const shown = plain.map(([name, value]) => `${shortName(name)}: ${this.value(value)}`);
    return [...shown, all.length > shown.length ? `+${this.format.exact(all.length - shown.length)}` : ""].filter(Boolean).join(" · ");
  }

  private value(value: unknown): string {
    if (typeof value === "number") return this.format.exact(value);
    const text = String(value);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  }

  private async from(anew: { entities?: null; seeking: string }): Promise<void> {
    Object.assign(this, anew);
    this.pages = 1;
    await this.lookout.again();
  }

  private readonly sought = (event: Event) => void this.from({ seeking: (event.target as HTMLInputElement).value.trim() });

  private readonly further = () => {
    this.pages += 1;
    void this.lookout.again();
  };
}
