/** What can be asked for: a box to choose from, and beneath it the form of what is chosen. */
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { nameOf, type Offer } from "../api/work";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import "./asked-form";
import type { Named } from "./entity-field";

@customElement("offer-box")
export class OfferBox extends View {
  @property({ attribute: false }) offers: readonly Offer[] = [];
  @property({ attribute: false }) from: (Named & { type: string }) | null = null;
  @property() label = "";
  @state() private chosen = "";
  @query("select") private readonly box!: HTMLSelectElement;

  static override readonly styles = [
    controls,
    css`
      .field {
        padding: 0.625rem 1.125rem 0.75rem;
        border-bottom: 1px solid var(--line);
      }
    `,
  ];

  protected override render() {
    if (this.offers.length === 0) return nothing;
    const offer = this.offers.find((each) => nameOf(each) === this.chosen);
    return html`
      <label class="field">
        ${this.label}
        <select .value=${this.chosen} @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${!offer}>${this.words.work.choose}</option>
          ${this.offers.map((each) => html`<option value=${nameOf(each)} ?selected=${each === offer}>${this.text(each.title)}</option>`)}
        </select>
      </label>
      ${offer ? html`<asked-form .offer=${offer} .from=${this.from} @closed=${this.close}></asked-form>` : nothing}
    `;
  }

  private close(): void {
    this.chosen = "";
    this.box.focus();
  }
}
