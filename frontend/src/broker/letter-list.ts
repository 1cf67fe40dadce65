/** Notifications that were given up: chosen, opened, sent again, or put away with a reason. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { broker, type Chosen, type Letter, type LetterWish, type Receiver } from "../api/broker";
import { store } from "../live/store";
import { fromField } from "../time/zoned";
import { controls, panelParts } from "../theme/controls";
import { workStyles } from "../work/work-styles";
import { few, shortName } from "./asks";
import { brokerStyles } from "./broker-styles";
import { BrokerView } from "./broker-view";

const NONE: Chosen = { subscription: "", receiver: "", since: "", until: "" };
const LEAST_REASON = 3;
const nameOf = ({ subscription, position }: Letter) => `${position} ${subscription}`;

/** What is about to be done, and of which letters. */
interface Intent {
  act: LetterWish["act"];
  all: boolean;
}

/** A phone: there the fields would fill the screen before the first letter. */
const NARROW = window.matchMedia("(max-width: 45rem)");

@customElement("letter-list")
export class LetterList extends BrokerView {
  @property({ attribute: false }) receivers: readonly Receiver[] = [];
  @state() private letters: readonly Letter[] | null = null;
  @state() private next: number | null = null;
  @state() private wanted: Chosen = NONE;
  @state() private ticked: ReadonlySet<string> = new Set();
  @state() private opened = "";
  @state() private payload: unknown = undefined;
  @state() private intent: Intent | null = null;
  @state() private why = "";
  private pages = 1;

  static override readonly styles = [
    controls,
    panelParts,
    workStyles,
    brokerStyles,
    css`
      .letter {
        grid-template-columns: auto minmax(0, 1fr) auto;
        column-gap: 0.75rem;
        align-items: start;
      }

      .letter > div {
        display: grid;
        gap: 0.125rem;
        min-width: 0;
      }

      .letter strong {
        font-weight: 500;
        overflow-wrap: anywhere;
      }

      .letter .acts {
        display: flex;
        padding: 0;
        flex-wrap: wrap;
        justify-content: end;
      }

      .letter pre,
      .letter .small {
        grid-column: 2 / -1;
      }

      .letter input {
        margin-top: 0.25rem;
      }

      .narrow summary {
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      @media (min-width: 45.01rem) {
        .narrow summary {
          display: none;
        }
      }

      @media (max-width: 45rem) {
        .letter {
          grid-template-columns: auto minmax(0, 1fr);
        }

        .letter .acts {
          grid-column: 2;
          justify-content: start;
        }
      }
    `,
  ];

  protected async read(): Promise<boolean> {
    const found: Letter[] = [];
    let after = 0;
    for (let page = 0; page < this.pages; page += 1) {
      const told = await broker.letters(this.wanted, after);
      found.push(...told.letters);
      this.next = told.next;
      if (told.next === null) break;
      after = told.next;
    }
    this.letters = found;
    const there = new Set(found.map(nameOf));
    this.ticked = new Set([...this.ticked].filter((each) => there.has(each)));
    return false;
  }

  /** Shows the letters of one receiver alone, whatever was asked for before; whoever works by keys is at their head. */
  async narrowTo(receiver: string): Promise<void> {
    Object.assign(this, { wanted: { ...NONE, receiver }, ticked: new Set(), intent: null, pages: 1 });
    await this.lookout.again();
    await this.updateComplete;
    const head = this.renderRoot.querySelector<HTMLElement>("#letters");
    if (head) head.tabIndex = -1;
    head?.focus();
  }

  private get narrowed(): boolean {
    return Object.values(this.wanted).some(Boolean);
  }

  protected override render() {
    const { said, letters } = this;
    const any = (letters?.length ?? 0) > 0;
    return html`
      <div class="section-head"><h2 id="letters">${said.letters}</h2><span class="count">${this.total(letters?.length ?? 0)}</span></div>
      ${any && letters ? html`<p class="row small">${said.oldestOf(this.format.moment(letters[0]?.changedAt ?? ""))}</p>` : nothing}
      ${this.heard()}
      ${any || this.narrowed ? this.tools() : nothing}
      ${any && this.may("subscriptions.write") ? this.many() : nothing}
      ${letters === null ? html`<p class="empty" aria-busy="true">${said.loading}</p>` : nothing}
      ${letters?.length === 0 ? this.none(this.narrowed ? said.noLettersFit : said.noLetters) : letters?.map((each) => this.one(each))}
      ${this.next === null ? nothing : html`<p class="row"><button class="button" @click=${this.further}>${said.more}</button></p>`}
    `;
  }

  /** How many there are; where only some are read and none can tell, at least so many. */
  private total(read: number): string {
    const { receiver, subscription, since, until } = this.wanted;
    const all = this.receivers.filter((each) => !receiver || each.receiver === receiver).reduce((sum, { dead }) => sum + dead, 0);
    const known = !subscription && !since && !until && all >= read;
    return this.next === null ? this.format.exact(read) : known ? this.format.exact(all) : `${this.format.exact(read)}+`;
  }

  private tools() {
    const { said, wanted } = this;
    return html`<details class="narrow" ?open=${this.narrowed || !NARROW.matches}><summary>${said.narrow}</summary><div class="tools">
      <label class="field">${said.receiver}<select name="receiver" @change=${this.chose}>
        <option value="">${said.anyReceiver}</option>
        ${this.receivers.map(({ receiver }) => html`<option value=${receiver} ?selected=${receiver === wanted.receiver}>${receiver}</option>`)}
      </select></label>
      <label class="field">${said.subscription}<input name="subscription" .value=${wanted.subscription} @change=${this.chose} /></label>
      <label class="field">${said.since} (${this.format.zone})<input name="since" type="datetime-local" @change=${this.chose} /></label>
      <label class="field">${said.before} (${this.format.zone})<input name="until" type="datetime-local" @change=${this.chose} /></label>
    </div></details>`;
  }

  private many() {
    const { said, ticked, letters } = this;
    const everything = letters !== null && ticked.size === letters.length;
    const some = ticked.size > 0;
    const all = !some;
    return html`<div class="tools">
      <label><input type="checkbox" .checked=${everything} .indeterminate=${some && !everything} @change=${this.tickAll} /> ${said.chooseAll}</label>
      ${some ? html`<span class="small">${said.chosen(this.format.exact(ticked.size))}</span>` : nothing}
      <button class="button" ?disabled=${this.busy} @click=${() => (this.intent = { act: "replay", all })}>${some ? said.replayChosen : said.replayAll}</button>
      <button class="button" ?disabled=${this.busy} @click=${() => (this.intent = { act: "discard", all })}>${some ? said.discardChosen : said.discardAll}</button>
      ${this.intent ? this.beforehand(this.intent) : nothing}
    </div>`;
  }

  private beforehand({ act, all }: Intent) {
    const { said, wanted } = this;
    const to = [wanted.receiver || said.anyReceiver, wanted.subscription].filter(Boolean).join(", ");
    const what = all ? said.allThatFit(to) : said.theChosen(this.format.exact(this.ticked.size));
    const lacks = act === "discard" && this.why.trim().length < LEAST_REASON;
    return html`<div class="ask-first" role="group" aria-label=${act === "replay" ? said.replay : said.discard}>
      <p>${act === "replay" ? said.replayEffect(what) : said.discardEffect(what)}</p>
      ${act === "discard"
        ? html`<label class="field">${said.why}<input name="why" maxlength="500" .value=${this.why} @input=${this.explained} /></label>`
        : nothing}
      <div class="acts">
        <button class="button ${act === "replay" ? "primary" : "danger"}" ?disabled=${this.busy || lacks} @click=${() => this.carryOut({ act, all })}>
          ${act === "replay" ? said.doReplay : said.doDiscard}
        </button>
        <button class="button" @click=${() => this.closing(() => (this.intent = null))}>${this.words.cancel}</button>
      </div>
    </div>`;
  }

  private one(letter: Letter) {
    const { said } = this;
    const name = nameOf(letter);
    const open = this.opened === name;
    return html`<section class="one letter" aria-label=${letter.entity} data-position=${letter.position}>
      ${this.may("subscriptions.write")
        ? html`<input type="checkbox" aria-label=${said.choose(letter.entity)} .checked=${this.ticked.has(name)} @change=${() => this.tick(name)} />`
        : html`<span></span>`}
      <div>
        <strong>${letter.entity}${letter.deleted ? ` (${said.gone})` : nothing}</strong>
        <p>${letter.attributes.length ? `${few(letter.attributes.map(shortName))} · ` : nothing}${said.letterOf(this.format.moment(letter.changedAt), this.format.exact(letter.attempts))}</p>
        <p class="bad">${letter.receiver ?? said.goneSubscription}: ${this.reason(letter.reason)}</p>
      </div>
      <div class="acts">
        <button class="button" aria-expanded=${open} aria-label="${open ? said.close : said.open}: ${letter.entity}" @click=${() => this.toggle(letter)}>${open ? said.close : said.open}</button>
        ${this.may("subscriptions.write")
          ? html`<button class="button" aria-label="${said.replay}: ${letter.entity}" ?disabled=${this.busy} @click=${() => this.replay([letter])}>${said.replay}</button>`
          : nothing}
      </div>
      ${open ? this.inside(letter) : nothing}
    </section>`;
  }

  private inside(letter: Letter) {
    const { said, payload } = this;
    if (payload === undefined) return html`<p class="small" aria-busy="true">${said.loading}</p>`;
    if (payload === null) return html`<p class="small">${said.noPayload}</p>`;
    return html`<p class="small">${said.payload} · ${letter.subscription}</p>
      <pre tabindex="0" role="group" aria-label=${said.payload}>${JSON.stringify(payload, null, 2)}</pre>`;
  }

  private async toggle(letter: Letter): Promise<void> {
    const name = nameOf(letter);
    if (this.opened === name) {
      this.opened = "";
      return;
    }
    Object.assign(this, { opened: name, payload: undefined });
    try {
      const payload = await broker.letter(letter);
      if (this.opened === name) this.payload = payload;
    } catch (cause) {
      Object.assign(this, { opened: "", problem: this.saidOf(cause) });
    }
  }

  private async replay(letters: readonly Letter[]): Promise<void> {
    await this.carry({ act: "replay", letters: letters.map(({ subscription, position }) => ({ subscription, position })) });
  }

  private async carryOut({ act, all }: Intent): Promise<void> {
    const reason = act === "discard" ? { reason: this.why.trim() } : {};
    const chosen = (this.letters ?? []).filter((each) => this.ticked.has(nameOf(each)));
    const which = all
      ? Object.fromEntries(Object.entries(this.wanted).filter(([, value]) => value))
      : { letters: chosen.map(({ subscription, position }) => ({ subscription, position })) };
    await this.carry({ act, ...which, ...reason });
  }

  private async carry(wish: LetterWish): Promise<void> {
    const { said } = this;
    await this.doing(async () => {
      const done = this.format.exact(await broker.act(wish));
      Object.assign(this, { intent: null, why: "", ticked: new Set() });
      return wish.act === "replay" ? said.replayed(done) : said.discarded(done);
    });
    this.dispatchEvent(new Event("done"));
    store.dispatchEvent(new Event("undelivered"));
  }

  private tick(name: string): void {
    const ticked = new Set(this.ticked);
    if (!ticked.delete(name)) ticked.add(name);
    this.ticked = ticked;
  }

  private readonly tickAll = (event: Event) => {
    const on = (event.target as HTMLInputElement).checked;
    this.ticked = new Set(on ? (this.letters ?? []).map(nameOf) : []);
  };

  private readonly explained = (event: Event) => {
    this.why = (event.target as HTMLInputElement).value;
  };

  private readonly chose = (event: Event) => {
    const { name, value } = event.target as HTMLInputElement;
    const moment = name === "since" || name === "until";
    this.wanted = { ...this.wanted, [name]: moment && value ? this.moment(value) : value.trim() };
    Object.assign(this, { pages: 1, intent: null });
    void this.lookout.again();
  };

  /** What is typed is meant in the city's time. */
  private moment(value: string): string {
    const at = fromField(value, store.city?.timeZone ?? "UTC");
    return at === null ? "" : new Date(at).toISOString();
  }

  private readonly further = () => {
    this.pages += 1;
    void this.lookout.again();
  };
}
