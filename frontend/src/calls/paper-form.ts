/** A call that was written on paper while the system was out: its true times first, then the form as always. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { calls } from "../api/calls";
import { View } from "../frame/view";
import { store } from "../live/store";
import { fromField } from "../time/zoned";
import { controls } from "../theme/controls";

@customElement("paper-form")
export class PaperForm extends View {
  @state() private refusal: string | null = null;

  static override readonly styles = [
    controls,
    css`
      form {
        display: grid;
        gap: 0.625rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .row {
        display: flex;
        gap: 0.5rem;
        align-items: center;
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("input")?.focus();
  }

  protected override render() {
    const words = this.words.calls;
    return html`<form @submit=${this.begin}>
      <label class="field">${words.rangAt} (${this.format.zone})<input name="rang" type="datetime-local" required /></label>
      <label class="field">${words.answeredAt} (${this.format.zone})<input name="answered" type="datetime-local" /></label>
      ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing}
      <div class="row">
        <button class="button primary">${words.begin}</button>
        <button class="button" type="button" @click=${() => this.dispatchEvent(new CustomEvent("done"))}>${this.words.cancel}</button>
        <a href="/112-form.html" target="_blank" rel="noopener">${words.printForm}</a>
      </div>
    </form>`;
  }

  private async begin(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const zone = store.city?.timeZone ?? "UTC";
    const moment = (name: string) => fromField(String(given.get(name) ?? ""), zone)?.toISOString();
    const rangAt = moment("rang");
    try {
      const call = await calls.begin({ channel: "paper", rangAt: rangAt ?? "", answeredAt: moment("answered") ?? rangAt ?? "" });
      this.dispatchEvent(new CustomEvent("begun", { detail: call }));
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
  }
}
