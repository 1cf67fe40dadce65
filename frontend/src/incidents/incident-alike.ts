/** A suggestion in the room of an incident: probably one with an earlier one. One key confirms, one refuses. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { likeness } from "./alike";

@customElement("incident-alike")
export class IncidentAlike extends View {
  @property() incidentId = "";
  @state() private problem: string | null = null;

  static override readonly styles = [
    controls,
    css`
      div {
        display: grid;
        gap: 0.5rem;
        margin-bottom: 0.75rem;
        padding-left: 0.625rem;
        border-left: 3px solid var(--accent);
        font-size: 0.8125rem;
      }

      .answers {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        padding: 0;
        border: 0;
        margin: 0;
      }

      .link {
        color: var(--accent);
        text-align: start;
      }
    `,
  ];

  private readonly changed = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    likeness.addEventListener("change", this.changed);
  }

  override disconnectedCallback(): void {
    likeness.removeEventListener("change", this.changed);
    super.disconnectedCallback();
  }

  protected override render() {
    likeness.look();
    const alike = likeness.of(this.incidentId);
    if (!alike || store.past) return nothing;
    const told = this.words.incidents;
    const other = store.incidents.get(alike.into);
    const may = store.session?.permissions.includes("incidents.act") ?? false;
    return html`<div role="status">
      <span>
        ${told.probablyOne}
        <button class="link" @click=${() => screenState.openIncident(alike.into)}>${other ? this.text(other.title) : alike.into}</button>
        · ${this.text(alike.why)}
      </span>
      ${may
        ? html`<div class="answers">
            <button class="button" @click=${async () => (this.problem = await likeness.confirm(alike))}>${told.isOne} <kbd>y</kbd></button>
            <button class="button" @click=${async () => (this.problem = await likeness.refuse(alike))}>${told.isNotOne} <kbd>x</kbd></button>
          </div>`
        : nothing}
      ${this.problem ? html`<p role="alert">${this.problem}</p>` : nothing}
    </div>`;
  }
}
