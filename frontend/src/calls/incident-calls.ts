/** Who called about an incident and what was said: shown when asked for, because each reading is on record. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type CallOnRecord, calls } from "../api/calls";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";

@customElement("incident-calls")
export class IncidentCalls extends View {
  @property() incidentId = "";
  @state() private records: readonly CallOnRecord[] | null = null;
  @state() private refusal: string | null = null;

  private readFor = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .asking {
        display: flex;
        gap: 0.75rem;
        align-items: center;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.25rem 1.25rem;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      dt {
        color: var(--ink3);
      }
    `,
  ];

  protected override willUpdate(): void {
    if (this.readFor === this.incidentId) return;
    this.readFor = this.incidentId;
    this.records = null;
    this.refusal = null;
  }

  protected override render() {
    if (store.past || !store.session?.permissions.includes("calls.read")) return nothing;
    const words = this.words.calls;
    return html`<section aria-label=${words.records}>
      <div class="section-head"><h2>${words.records}</h2></div>
      ${this.records === null
        ? html`<div class="asking"><button class="button" @click=${this.read}>${words.show}</button><span class="small">${words.recordsNote}</span></div>`
        : this.records.length === 0
          ? html`<p class="asking small">${words.none}</p>`
          : this.records.map((record) => this.record(record))}
      ${this.refusal ? html`<p role="alert" class="asking small">${this.refusal}</p>` : nothing}
    </section>`;
  }

  private record(call: CallOnRecord) {
    const words = this.words.calls;
    const late = call.channel === "paper" ? ` · ${words.enteredLate(this.format.moment(call.enteredAt))}` : "";
    const languages: Record<string, string> = words.languages;
    const lines: [string, string][] = [
      [words.rangAt, `${this.format.moment(call.rangAt)}${late}`],
      [words.caller, call.caller],
      [words.number, call.number],
      [words.language, languages[call.language] ?? call.language],
      [words.spot, call.spot],
      [words.said, call.said],
    ];
    return html`<dl>${lines.filter(([, told]) => told).map(([name, told]) => html`<dt>${name}</dt><dd>${told}</dd>`)}</dl>`;
  }

  private async read(): Promise<void> {
    this.refusal = null;
    try {
      this.records = (await calls.ofIncident(this.incidentId)).calls;
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
  }
}
