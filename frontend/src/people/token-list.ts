/** Tokens of programs: made with a scope and an end, shown once, revoked at once. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { people, type Token } from "../api/people";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { peopleStyles } from "./people-styles";
import { PeopleView } from "./people-view";

const NEVER = new Set(["people.manage", "tokens.make"]);
const USUAL_DAYS = 90;

@customElement("token-list")
export class TokenList extends PeopleView {
  @state() private tokens: readonly Token[] = [];
  @state() private making = false;
  @state() private secret = "";

  static override readonly styles = [controls, panelParts, peopleStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.trying(() => this.refresh());
  }

  private async refresh(): Promise<void> {
    this.tokens = await people.tokens();
  }

  protected override render() {
    const { said, tokens } = this;
    return html`
      <div class="section-head">
        <h2>${said.tabs.tokens} <span class="count">${tokens.length}</span></h2>
        ${store.session?.demo
          ? nothing
          : html`<button class="button" aria-expanded=${this.making} @click=${() => (this.making = !this.making)}>${said.newToken}</button>`}
      </div>
      ${this.wrong()}
      <p class="row small">${store.session?.demo ? said.noAccount : said.tokenExplained}</p>
      ${this.secret
        ? html`<div class="notice secret" role="status"><strong>${said.tokenOnce}</strong><code>${this.secret}</code>
            <button class="button" @click=${() => (this.secret = "")}>${said.kept}</button></div>`
        : nothing}
      ${this.making ? this.form() : nothing}
      ${tokens.length ? html`<ul>${tokens.map((each) => this.row(each))}</ul>` : html`<p class="row small">${said.noTokens}</p>`}
    `;
  }

  private form() {
    const { said } = this;
    const scope = (store.session?.permissions ?? []).filter((each) => !NEVER.has(each));
    return html`<form @submit=${this.make}>
      <div class="pair">
        <label class="field">${said.label}<input name="label" required maxlength="200" autocomplete="off" /></label>
        <label class="field">${said.days}<input name="days" type="number" min="1" max="366" value=${USUAL_DAYS} required /></label>
      </div>
      <fieldset>
        <legend>${said.scope}</legend>
        ${scope.map((each) => html`<label class="tick"><input type="checkbox" name="scope" value=${each} /> ${said.permissions[each] ?? each}</label>`)}
      </fieldset>
      <div class="acts"><button class="button primary" ?disabled=${this.busy}>${said.newToken}</button></div>
    </form>`;
  }

  private async make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const permissions = given.getAll("scope").map(String);
    await this.trying(async () => {
      const made = await people.makeToken({ label: String(given.get("label")), permissions, days: Number(given.get("days")) });
      Object.assign(this, { secret: made.token, making: false });
      await this.refresh();
    });
  }

  private row(token: Token) {
    const { said } = this;
    const facts = [
      said.ofWhom(token.owner),
      `${said.tokenState[token.state]} ${said.until(this.format.moment(token.expiresAt))}`,
      token.usedAt ? said.used(this.format.moment(token.usedAt)) : said.unused,
      token.permissions.map((each) => said.permissions[each] ?? each).join(", "),
    ];
    return html`<li class="row ${token.state === "valid" ? "" : "off"}">
      <span class="main"><strong>${token.label}</strong><br /><span class="small">${facts.join(" · ")}</span></span>
      ${token.state === "valid"
        ? html`<button class="button" aria-label="${said.revoke}: ${token.label}" ?disabled=${this.busy} @click=${() => this.revoke(token)}>${said.revoke}</button>`
        : nothing}
    </li>`;
  }

  private async revoke({ id }: Token): Promise<void> {
    await this.trying(async () => {
      await people.revoke(id);
      await this.refresh();
    });
  }
}
