/** Open sessions: one's own, of everybody for who manages people; each can be ended at once. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type OpenSession, people } from "../api/people";
import { controls, panelParts } from "../theme/controls";
import { peopleStyles } from "./people-styles";
import { PeopleView } from "./people-view";

@customElement("session-list")
export class SessionList extends PeopleView {
  @state() private sessions: readonly OpenSession[] = [];

  static override readonly styles = [controls, panelParts, peopleStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.trying(async () => {
      this.sessions = await people.sessions();
    });
  }

  protected override render() {
    const { said, sessions } = this;
    return html`
      <div class="section-head"><h2>${said.tabs.sessions} <span class="count">${sessions.length}</span></h2></div>
      ${this.wrong()}
      <p class="row small">${said.sessionsExplained}</p>
      <ul>${sessions.map((each) => this.row(each))}</ul>
    `;
  }

  private row(session: OpenSession) {
    const { said } = this;
    const facts = [
      session.current ? said.current : said.from(session.address),
      ...(session.provider ? [said.linked(session.provider)] : []),
      said.begun(this.format.moment(session.madeAt)),
      said.seen(this.format.moment(session.seenAt)),
    ];
    return html`<li class="row">
      <span class="main"><strong>${session.account}</strong><br /><span class="small">${facts.join(" · ")}</span></span>
      ${session.current
        ? nothing
        : html`<button class="button" aria-label="${said.end}: ${session.account}, ${said.from(session.address)}" ?disabled=${this.busy}
            @click=${() => this.end(session)}>${said.end}</button>`}
    </li>`;
  }

  private async end({ id }: OpenSession): Promise<void> {
    await this.trying(async () => {
      await people.endSession(id);
      this.sessions = this.sessions.filter((each) => each.id !== id);
    });
  }
}
