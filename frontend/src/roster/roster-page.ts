/** Units and crews: what can be sent, on which shift, who speaks for it, and by which phone. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { roster, type RosterBook } from "../api/roster";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { rosterWords } from "../strings/roster";
import { controls, panelParts } from "../theme/controls";
import "./crew-list";
import "./phone-list";
import "./roster-import";
import { rosterStyles } from "./roster-styles";
import "./unit-list";

@customElement("roster-page")
export class RosterPage extends View {
  @state() private book: RosterBook | null = null;
  @state() private problem = "";

  static override readonly styles = [controls, panelParts, rosterStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  protected override render() {
    const words = rosterWords();
    const { book } = this;
    return html`
      <div class="section-head">
        <h1>${words.title}</h1>
        <button class="button" @click=${() => screenState.go({ list: null })}>${words.back}</button>
      </div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${book
        ? html`<unit-list .book=${book} @changed=${this.read}></unit-list>
            <roster-import @changed=${this.read}></roster-import>
            <crew-list .book=${book}></crew-list>
            ${store.session?.permissions.includes("house.manage") ? html`<phone-list .book=${book}></phone-list>` : nothing}`
        : nothing}
    `;
  }

  private readonly read = async () => {
    try {
      this.book = await roster.book();
      this.problem = "";
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  };
}
