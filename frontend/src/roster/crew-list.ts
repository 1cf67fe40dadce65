/** Which account speaks for which agency or unit; a phone is brought in by a code that it photographs. */
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Member, type Members, roster, type RosterBook } from "../api/roster";
import { View } from "../frame/view";
import { moveFocus } from "../lists/list-keys";
import { rosterWords } from "../strings/roster";
import { controls, panelParts } from "../theme/controls";
import { linkCode } from "./link-code";
import { rosterStyles } from "./roster-styles";

@customElement("crew-list")
export class CrewList extends View {
  @property({ attribute: false }) book!: RosterBook;
  @state() private told: Members | null = null;
  @state() private opened = "";
  @state() private link: { account: string; address: string; until: string } | null = null;
  @state() private problem = "";

  static override readonly styles = [controls, panelParts, rosterStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.act(Promise.resolve());
  }

  protected override render() {
    const words = rosterWords();
    const { told } = this;
    return html`<section aria-label=${words.crews}>
      <div class="section-head"><h2>${words.crews}</h2></div>
      <p class="text small">${words.crewsHow}</p>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${told && !told.members.length && !told.unbound.length ? html`<p class="empty">${words.noCrews}</p>` : nothing}
      <ul @keydown=${this.move}>
        ${told?.unbound.map((each) => this.one(each.account, each.name, words.unbound, null))}
        ${told?.members.map((each) => this.one(each.account, each.name, this.speaks(each), each))}
      </ul>
    </section>`;
  }

  private one(account: string, name: string, says: string, member: Member | null) {
    const open = this.opened === account;
    return html`<li>
      <button class="row ${open ? "open" : ""}" aria-expanded=${open} data-account=${account} @click=${() => (this.opened = open ? "" : account)}>
        <span class="main"><strong>${name}</strong><br /><span class="small">${says}</span></span>
      </button>
      ${open ? this.inside(account, member) : nothing}
    </li>`;
  }

  private speaks(member: Member): string {
    const words = rosterWords();
    const agency = this.text(this.book.agencies.find(({ code }) => code === member.agency)?.name) || member.agency;
    const unit = member.unit && (this.book.units.find(({ id }) => id === member.unit)?.name ?? member.unit);
    const waits = member.invitedUntil ? words.invited(this.format.moment(member.invitedUntil)) : "";
    return [agency, unit || words.wholeAgency, member.gone ? words.gone : "", waits].filter(Boolean).join(" · ");
  }

  private inside(account: string, member: Member | null) {
    const words = rosterWords();
    return html`<form @submit=${(event: SubmitEvent) => this.appoint(event, account)}>
        <label class="field">
          ${words.speaksFor}
          <select name="for" required>
            <option value=""></option>
            ${this.book.agencies.map(
              (agency) => html`<option value=${`${agency.code} `} ?selected=${member?.agency === agency.code && !member.unit}>
                  ${this.text(agency.name)}: ${words.wholeAgency}
                </option>
                ${this.book.units
                  .filter((unit) => unit.agency === agency.code)
                  .map((unit) => html`<option value=${`${agency.code} ${unit.id}`} ?selected=${member?.unit === unit.id}>${unit.name}</option>`)}`,
            )}
          </select>
        </label>
        <div class="acts">
          <button class="button primary">${words.keep}</button>
          ${member?.invitable ? html`<button type="button" class="button" @click=${() => this.invite(account)}>${words.invite}</button>` : nothing}
          ${member ? html`<button type="button" class="button" @click=${() => this.act(roster.dismiss(account))}>${words.dismiss}</button>` : nothing}
        </div>
      </form>
      ${this.link?.account === account ? this.code(this.link) : nothing}`;
  }

  private code({ address, until }: { address: string; until: string }) {
    const words = rosterWords();
    return linkCode(address, words, words.codeHow(this.format.moment(until)));
  }

  private appoint(event: SubmitEvent, account: string): void {
    event.preventDefault();
    const [agency = "", unit = ""] = String(new FormData(event.target as HTMLFormElement).get("for")).split(" ");
    void this.act(roster.appoint(account, agency, unit));
  }

  private async invite(account: string): Promise<void> {
    await this.act(
      roster.invite(account).then(({ path, expiresAt }) => {
        this.link = { account, address: location.origin + path, until: expiresAt };
      }),
    );
  }

  private async act(doing: Promise<unknown>): Promise<void> {
    this.problem = "";
    try {
      await doing;
      this.told = await roster.members();
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }

  private move(event: KeyboardEvent): void {
    const at = event.target as HTMLElement;
    if (at.matches(".row")) moveFocus(event, [...this.renderRoot.querySelectorAll<HTMLElement>(".row")], at);
  }
}
