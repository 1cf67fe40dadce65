/** The report of each service on paper: of yesterday, last week, last month, or of days that one chooses. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { ofTenant } from "../api/tenant";
import type { Text } from "../api/types";
import { views } from "../api/views";
import { View } from "../frame/view";
import { report } from "../live/report";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";

const CHOSEN = "chosen";
const CHOICES = ["yesterday", "last-week", "last-month", CHOSEN] as const;
type Choice = (typeof CHOICES)[number];

@customElement("service-papers")
export class ServicePapers extends View {
  @state() private choice: Choice = "last-month";
  @state() private first = "";
  @state() private last = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .asked {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.5rem 0.75rem;
        padding: 0.625rem 1.125rem;
      }

      .papers {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        padding: 0 1.125rem 0.75rem;
      }

      .papers a {
        color: inherit;
        text-decoration: none;
      }
    `,
  ];

  protected override render() {
    const services = new Map<string, Text>(report.declared.map(({ service, serviceTitle }) => [service, serviceTitle]));
    if (services.size === 0) return nothing;
    const words = this.words.views;
    return html`<section aria-label=${words.papers}>
      <div class="section-head"><h2>${words.papers}</h2></div>
      <div class="asked">
        <label class="field">${words.period}
          <select @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value as Choice)}>
            ${CHOICES.map((name) => html`<option value=${name} ?selected=${name === this.choice}>${words.periods[name]}</option>`)}
          </select>
        </label>
        ${this.choice === CHOSEN ? this.days() : nothing}
      </div>
      ${this.wrong() ? html`<p class="notice" role="alert">${words.daysWrong}</p>` : nothing}
      <div class="papers">${[...services].map(([name, title]) => this.paper(name, this.text(title)))}</div>
    </section>`;
  }

  private choose(choice: Choice): void {
    this.choice = choice;
    if (choice !== CHOSEN || this.first) return;
    const yesterday = new Date(Date.parse(this.format.isoDay(store.clock())) - 86_400_000).toISOString().slice(0, 10);
    Object.assign(this, { first: yesterday, last: yesterday });
  }

  private days() {
    const words = this.words.views;
    const until = this.format.isoDay(store.clock());
    const field = (label: string, value: string, set: (day: string) => void) => html`<label class="field">${label}
      <input type="date" .value=${value} max=${until} required @change=${(event: Event) => set((event.target as HTMLInputElement).value)} />
    </label>`;
    return html`${field(words.firstDay, this.first, (day) => (this.first = day))}${field(words.lastDay, this.last, (day) => (this.last = day))}`;
  }

  private wrong(): boolean {
    return this.choice === CHOSEN && (!this.first || !this.last || this.last < this.first);
  }

  private paper(name: string, title: string) {
    const period = this.choice === CHOSEN ? `${this.first}/${this.last}` : this.choice;
    const word = this.words.views.paper(title);
    if (this.wrong()) return html`<button class="button" disabled>${word}</button>`;
    const address = ofTenant(views.paper(name, period, screenState.language, store.past));
    return html`<a class="button" href=${address} target="_blank" rel="noopener">${word}</a>`;
  }
}
