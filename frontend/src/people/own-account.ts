/** One's own account: what one may do, in words, and one's password. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { people, type OpenSession, type Provider } from "../api/people";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { screenState } from "../screen/screen";
import { peopleStyles } from "./people-styles";
import { PeopleView } from "./people-view";

@customElement("own-account")
export class OwnAccount extends PeopleView {
  @state() private done = false;
  @state() private session: OpenSession | null = null;
  @state() private providers: readonly Provider[] = [];

  static override readonly styles = [controls, panelParts, peopleStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.trying(async () => {
      const [sessions, providers] = await Promise.all([people.sessions(), people.providers()]);
      this.session = sessions.find(({ current }) => current) ?? null;
      this.providers = providers;
    });
  }

  protected override render() {
    const { said } = this;
    const { session } = store;
    if (!session) return nothing;
    return html`
      <div class="section-head"><h2>${session.demo ? this.words.demoAccount : session.principal.name}</h2></div>
      ${this.wrong()}
      <ul>
        ${session.principal.roles.map((role) => {
          const words = said.roles[role];
          return html`<li class="row"><span class="main"><strong>${words?.name ?? role}</strong> ${words ? html`<span class="small">${words.what}</span>` : nothing}</span></li>`;
        })}
      </ul>
      <div class="section-head"><h2>${said.yours}</h2></div>
      <p class="row small">${session.permissions.map((each) => said.permissions[each] ?? each).join(" · ")}</p>
      ${session.demo ? html`<p class="notice">${said.noAccount}</p>` : this.password()}
    `;
  }

  private password() {
    const { said } = this;
    if (!this.session) return nothing;
    if (this.session.provider) {
      const name = this.providers.find(({ id }) => id === this.session?.provider)?.name[screenState.language];
      return html`<p class="notice">${said.passwordElsewhere(name ?? this.session.provider)}</p>`;
    }
    return html`<form @submit=${this.change}>
      <div class="pair">
        <label class="field">${said.today}<input name="today" type="password" autocomplete="current-password" required /></label>
        <label class="field">${said.chosen}<input name="chosen" type="password" autocomplete="new-password" minlength="12" required /></label>
      </div>
      <p class="small">${said.passwordRule}</p>
      <div class="acts">
        <button class="button" ?disabled=${this.busy}>${said.changePassword}</button>
        ${this.done ? html`<span role="status">${said.passwordChanged}</span>` : nothing}
      </div>
    </form>`;
  }

  private async change(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    this.done = await this.trying(async () => {
      await people.password(String(given.get("today")), String(given.get("chosen")));
      form.reset();
    });
  }
}
