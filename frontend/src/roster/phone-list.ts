/** Field phones (Cursor-on-Target): which tells of which unit, and what became of what each said. */
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Phones, roster, type RosterBook } from "../api/roster";
import { View } from "../frame/view";
import { rosterWords } from "../strings/roster";
import { controls, panelParts } from "../theme/controls";
import { rosterStyles } from "./roster-styles";

@customElement("phone-list")
export class PhoneList extends View {
  @property({ attribute: false }) book!: RosterBook;
  @state() private told: Phones | null = null;
  @state() private problem = "";

  static override readonly styles = [controls, panelParts, rosterStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.act(Promise.resolve());
  }

  protected override render() {
    const words = rosterWords();
    const { told } = this;
    if (!told) return nothing;
    return html`<section aria-label=${words.phones}>
      <div class="section-head"><h2>${words.phones}</h2></div>
      <p class="text small">${told.link.open ? words.linkOpen(told.link.lines) : words.linkClosed}</p>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${told.phones.map((phone) => this.phone(phone))}
    </section>`;
  }

  private phone(phone: Phones["phones"][number]) {
    const words = rosterWords();
    const verdict = phone.verdict ? (words.verdict[phone.verdict] ?? phone.verdict) : words.silent;
    const heard = phone.heardAt ? this.format.moment(phone.heardAt) : "";
    return html`<form class="acts" @submit=${(event: SubmitEvent) => this.bind(event, phone.uid)}>
      <label class="field">
        ${phone.uid}
        <select name="unit" required>
          <option value=""></option>
          ${this.book.units.map((unit) => html`<option value=${unit.id} ?selected=${unit.id === phone.unit}>${unit.name}</option>`)}
        </select>
      </label>
      <button class="button">${words.keep}</button>
      ${phone.unit ? html`<button type="button" class="button" @click=${() => this.act(roster.unbind(phone.uid))}>${words.unbind}</button>` : nothing}
      <span class="small">${[verdict, heard].filter(Boolean).join(" · ")}</span>
    </form>`;
  }

  private bind(event: SubmitEvent, uid: string): void {
    event.preventDefault();
    void this.act(roster.bind(uid, String(new FormData(event.target as HTMLFormElement).get("unit"))));
  }

  private async act(doing: Promise<unknown>): Promise<void> {
    this.problem = "";
    try {
      await doing;
      this.told = await roster.phones();
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }
}
