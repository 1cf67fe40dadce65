/** Narrowing the queue: by state, category, priority, agency, area, and how it came. Kept in the address. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Incident } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { type ChosenBy, choiceText, readChoice } from "./choice";
import { agencyName, category } from "./operations";

@customElement("queue-filters")
export class QueueFilters extends View {
  static override readonly styles = [
    controls,
    css`
      details {
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      summary {
        padding: 0.5rem 1.125rem;
        color: var(--ink2);
        cursor: pointer;
      }

      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr));
        gap: 0.625rem;
        padding: 0.25rem 1.125rem 0.75rem;
      }

      .fields button {
        align-self: end;
      }
    `,
  ];

  protected override render() {
    const words = this.words.incidents;
    const choice = readChoice(screenState.state.only);
    const chosen = Object.keys(choice).length;
    return html`<details ?open=${chosen > 0}>
      <summary>${words.narrow}${chosen ? ` (${chosen})` : nothing}</summary>
      <div class="fields">
        ${this.field("state", words.stateField, ({ state }) => [state], (state) => words.state[state as Incident["state"]])}
        ${this.field("category", words.categoryField, (each) => (each.category ? [each.category] : []), (code) => this.text(category(code)?.name ?? code))}
        ${this.field("priority", words.priorityField, ({ priority }) => [String(priority ?? 0)], (n) => (n === "0" ? words.noPriority : words.priority(n)))}
        ${this.field("agency", words.agencyField, (each) => [each.leadAgency ?? [], each.supportingAgencies].flat(), (code) => this.text(agencyName(code)))}
        ${this.field("area", words.areaField, ({ areas }) => areas, (code) => this.areaName(code))}
        ${this.field("channel", words.channelField, ({ channel }) => [channel], (channel) => words.channel[channel as Incident["channel"]])}
        ${chosen
          ? html`<button class="button" @click=${() => screenState.adjust({ only: null })}>${words.clearFilters}</button>`
          : nothing}
      </div>
    </details>`;
  }

  /** A choice among the values that incidents have now, and the one that is chosen. */
  private field(by: ChosenBy, label: string, values: (incident: Incident) => readonly string[], name: (value: string) => string) {
    const chosen = readChoice(screenState.state.only)[by];
    const present = new Set([...store.incidents.values()].flatMap(values));
    if (chosen) present.add(chosen);
    const options = [...present].sort((a, b) => name(a).localeCompare(name(b)));
    return html`<label class="field">
      ${label}
      <select @change=${(event: Event) => this.choose(by, (event.target as HTMLSelectElement).value)}>
        <option value="">${this.words.incidents.any}</option>
        ${options.map((value) => html`<option value=${value} ?selected=${value === chosen}>${name(value)}</option>`)}
      </select>
    </label>`;
  }

  private choose(by: ChosenBy, value: string): void {
    screenState.adjust({ only: choiceText({ ...readChoice(screenState.state.only), [by]: value }) });
  }

  private areaName(code: string): string {
    return store.areas.find((area) => area.code === code)?.name ?? code;
  }
}
