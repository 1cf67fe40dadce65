/** All accounts: who may do what where; making one, giving and taking away roles, disabling, a new one-time password. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Account, type AccountChange, people, type Provider } from "../api/people";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { assignmentOf, heldInWords } from "./held";
import { oneTimePassword } from "./one-time";
import { peopleStyles } from "./people-styles";
import { PeopleView } from "./people-view";
import { roleFields } from "./role-fields";

@customElement("account-list")
export class AccountList extends PeopleView {
  @state() private accounts: readonly Account[] = [];
  @state() private providers: readonly Provider[] = [];
  @state() private making = false;
  @state() private enters = "";
  @state() private open = "";
  /** A password just made: shown until it has been handed over. */
  @state() private secret: { account: string; password: string } | null = null;

  static override readonly styles = [controls, panelParts, peopleStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.trying(async () => {
      [this.accounts, this.providers] = await Promise.all([people.accounts(), people.providers()]);
    });
  }

  protected override render() {
    const { said } = this;
    return html`
      <div class="section-head">
        <h2>${said.tabs.accounts} <span class="count">${this.accounts.length}</span></h2>
        <button class="button" aria-expanded=${this.making} @click=${() => (this.making = !this.making)}>${said.newAccount}</button>
      </div>
      ${this.wrong()} ${this.handOver()} ${this.making ? this.form() : nothing}
      ${store.session?.demo ? html`<p class="notice">${said.noAccount}</p>` : nothing}
      <ul>${this.accounts.map((each) => this.row(each))}</ul>
    `;
  }

  private handOver() {
    const { said, secret } = this;
    if (!secret) return nothing;
    return html`<div class="notice secret" role="status">
      <strong>${said.once(secret.account)}</strong><code>${secret.password}</code>
      <span>${said.onceExplained}</span>
      <button class="button" @click=${() => (this.secret = null)}>${said.kept}</button>
    </div>`;
  }

  private form() {
    const { said } = this;
    return html`<form @submit=${this.make}>
      <div class="pair">
        <label class="field">${said.word}<input name="account" required pattern="[a-z0-9][a-z0-9._\\-]{1,63}" autocomplete="off" autocapitalize="none" title=${said.wordRule} /></label>
        <label class="field">${said.name}<input name="name" required maxlength="200" autocomplete="off" /></label>
        ${roleFields(said)}
        ${this.providers.length ? this.wayIn() : nothing}
      </div>
      <div class="acts">
        <button class="button primary" ?disabled=${this.busy}>${said.make}</button>
        <button class="button" type="button" @click=${() => (this.making = false)}>${said.cancel}</button>
      </div>
    </form>`;
  }

  private wayIn() {
    const { said } = this;
    return html`
      <label class="field">${said.enters}<select name="enters" @change=${this.chosen}>
        <option value="">${said.byOneTime}</option>
        ${this.providers.map(({ issuer, name }) => html`<option value=${issuer}>${said.byProvider(name[screenState.language])}</option>`)}
      </select></label>
      ${this.enters ? html`<label class="field">${said.email}<input name="email" type="email" required autocomplete="off" /></label>` : nothing}
    `;
  }

  private readonly chosen = (event: Event) => {
    this.enters = (event.target as HTMLSelectElement).value;
  };

  private async make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(given.get(name) ?? "").trim();
    const wish = { account: text("account"), name: text("name"), assignments: [this.wished(given)] };
    const password = oneTimePassword();
    const proof = this.enters ? { identity: { issuer: this.enters, email: text("email") } } : { password, oneTime: true };
    await this.trying(async () => {
      const made = await people.make({ ...wish, ...proof });
      Object.assign(this, { making: false, enters: "", secret: "password" in proof ? { account: made.id, password } : null });
      this.accounts = await people.accounts();
    });
  }

  private wished(given: FormData) {
    return assignmentOf(String(given.get("role")), String(given.get("where")), store.session?.tenant ?? "");
  }

  private row(account: Account) {
    const { said } = this;
    const open = this.open === account.id;
    return html`<li>
      <button class="row ${account.disabled ? "off" : ""}" aria-expanded=${open} @click=${() => (this.open = open ? "" : account.id)}>
        <span class="main"><strong>${account.name}</strong> <span class="small">${account.id}</span><br />
          <span class="small">${account.assignments.map((each) => heldInWords(each, said, this.areaNames)).join(" · ") || said.nothing}</span></span>
        <span class="end small">${this.standing(account)}</span>
      </button>
      ${open ? this.room(account) : nothing}
    </li>`;
  }

  private standing({ disabled, identity, oneTime, hasPassword }: Account): string {
    const { said } = this;
    if (disabled) return said.disabled;
    if (identity && !identity.subject) return said.waits(identity.email ?? "");
    if (identity) return [said.linked(this.nameOf(identity.issuer)), ...(identity.mapped ? [said.mapped] : [])].join(", ");
    if (oneTime) return said.oneTime;
    return hasPassword ? "" : said.noPassword;
  }

  private nameOf(issuer: string): string {
    return this.providers.find((each) => each.issuer === issuer)?.name[screenState.language] ?? issuer;
  }

  private room(account: Account) {
    const { said } = this;
    return html`<form @submit=${(event: SubmitEvent) => this.give(event, account)}>
      ${account.identity?.mapped
        ? nothing
        : html`<div class="acts">
              ${account.assignments.map(
                (held, place) => html`<button class="button" type="button" ?disabled=${this.busy} @click=${() => this.take(account, place)}>
                  ${said.takeAway(heldInWords(held, said, this.areaNames))}</button>`,
              )}
            </div>
            <div class="pair">${roleFields(said)}</div>`}
      <div class="acts">
        ${account.identity?.mapped ? nothing : html`<button class="button" ?disabled=${this.busy}>${said.give}</button>`}
        ${account.identity
          ? nothing
          : html`<button class="button" type="button" ?disabled=${this.busy} @click=${() => this.renew(account)}>${said.newOneTime}</button>`}
        <button class="button" type="button" ?disabled=${this.busy}
          @click=${() => this.change(account, { disabled: !account.disabled })}>${account.disabled ? said.enable : said.disable}</button>
        <span class="small">${said.since(this.format.moment(account.createdAt))}</span>
      </div>
    </form>`;
  }

  private async give(event: SubmitEvent, account: Account): Promise<void> {
    event.preventDefault();
    const wished = this.wished(new FormData(event.target as HTMLFormElement));
    await this.change(account, { assignments: [...account.assignments, wished] });
  }

  private take(account: Account, place: number): Promise<boolean> {
    return this.change(account, { assignments: account.assignments.filter((_, at) => at !== place) });
  }

  private async renew(account: Account): Promise<void> {
    const password = oneTimePassword();
    if (await this.change(account, { password, oneTime: true })) this.secret = { account: account.id, password };
  }

  private change(account: Account, wish: AccountChange): Promise<boolean> {
    return this.trying(async () => {
      const changed = await people.change(account.id, wish);
      this.accounts = this.accounts.map((each) => (each.id === changed.id ? changed : each));
    });
  }
}
