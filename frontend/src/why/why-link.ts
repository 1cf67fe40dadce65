/** A small way from a value to what it was made of. A link: what it opens has an address of its own. */
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { formatAddress } from "../screen/address";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";

@customElement("why-link")
export class WhyLink extends View {
  /** Which value, as the address bar names it. */
  @property() address = "";
  @property() label = "";
  @property({ type: Boolean }) number = true;
  /** In words, where it stands alone; else as a small sign beside its value. */
  @property({ type: Boolean }) spelt = false;

  static override readonly styles = [
    controls,
    css`
      :host {
        display: inline-block;
      }

      .sign {
        display: grid;
        place-items: center;
        width: 1.5rem;
        height: 1.5rem;
        border-radius: 0.25rem;
        color: var(--ink3);
      }

      .sign:hover {
        color: var(--accent);
        background: var(--raised);
      }

      .button {
        display: inline-block;
        color: inherit;
        text-decoration: none;
      }
    `,
  ];

  protected override render() {
    const { why } = this.words;
    const question = this.number ? why.number : why.value;
    const href = formatAddress({ ...screenState.state, why: this.address });
    const name = `${question} ${this.label}`.trim();
    if (this.spelt) return html`<a class="button" aria-haspopup="dialog" href=${href} @click=${this.open}>${question}</a>`;
    return html`<a class="sign" aria-haspopup="dialog" aria-label=${name} title=${question} href=${href} @click=${this.open}>${icon("why", 14)}</a>`;
  }

  private open(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    screenState.adjust({ why: this.address });
  }
}
