/** Events: one queue of incidents, the same selection as the map. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api } from "../api/client";
import { momentKey } from "../api/moment";
import type { Incident } from "../api/types";
import { View } from "../frame/view";
import "../calls/call-desk";
import "../incidents/incident-detail";
import "../incidents/incident-form";
import "../incidents/incident-list";
import "../procedures/task-list";
import "../shift/shift-note";
import { inOrderOfUrgency, isOpen, newestFirst } from "../live/incidents";
import { store } from "../live/store";
import type { IncidentFilter } from "../screen/address";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";

const FILTERS: readonly IncidentFilter[] = ["open", "mine", "closed", "all"];

@customElement("events-page")
export class EventsPage extends View {
  @state() private raising = false;

  private closedReadFor: string | null = null;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .head {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.75rem 1.125rem 0.5rem;
      }

      h1 {
        flex: 1;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .filters {
        display: flex;
        gap: 1.25rem;
        padding: 0 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .filters button {
        padding: 0.375rem 0;
        font-size: 0.8125rem;
        color: var(--ink2);
        border-bottom: 2px solid transparent;
        margin-bottom: -1px;
      }

      .filters button[aria-pressed="true"] {
        color: var(--ink);
        font-weight: 500;
        border-color: var(--accent);
      }
    `,
  ];

  protected override willUpdate(): void {
    const { filter } = screenState.state;
    const key = momentKey(store.past);
    if (this.closedReadFor === key || (filter !== "closed" && filter !== "all")) return;
    this.closedReadFor = key;
    void api
      .incidents("all", store.past)
      .then((incidents) => key === momentKey(store.past) && store.keep(incidents))
      .catch(() => (this.closedReadFor = null));
  }

  protected override render() {
    const { incident } = screenState.state;
    if (incident) return html`<incident-detail .incidentId=${incident}></incident-detail>`;
    const shown = this.shown();
    const { filter } = screenState.state;
    return html`
      <div class="head">
        <h1>${this.words.pages.events}</h1>
        ${store.past
          ? nothing
          : html`<button class="button" aria-expanded=${this.raising} @click=${() => (this.raising = !this.raising)}>
              ${this.words.raiseIncident}
            </button>`}
      </div>
      ${this.raising && !store.past ? html`<incident-form @done=${() => (this.raising = false)}></incident-form>` : nothing}
      ${this.takesCalls() ? html`<call-desk></call-desk>` : nothing}
      <task-list></task-list>
      <shift-note></shift-note>
      <div class="filters" role="group" aria-label=${this.words.filterList}>${FILTERS.map((choice) => this.filter(choice))}</div>
      ${shown.length
        ? html`<incident-list .incidents=${shown} .label=${this.words.pages.events}></incident-list>`
        : html`<div class="empty">
            <strong>${this.words.noIncidents[filter]}</strong>
            <p>${this.words.noIncidentsDetail}</p>
          </div>`}
    `;
  }

  private takesCalls(): boolean {
    return store.past === null && (store.session?.permissions.includes("calls.take") ?? false);
  }

  private filter(choice: IncidentFilter) {
    const chosen = screenState.state.filter === choice;
    return html`<button aria-pressed=${chosen} @click=${() => screenState.adjust({ filter: choice })}>
      ${this.words.filters[choice]}
    </button>`;
  }

  private shown(): Incident[] {
    const all = [...store.incidents.values()];
    const me = store.session?.principal;
    switch (screenState.state.filter) {
      case "open":
        return inOrderOfUrgency(all.filter(isOpen));
      case "mine":
        return inOrderOfUrgency(all.filter((incident) => isOpen(incident) && (incident.ownerId === me?.id || incident.owner === me?.name)));
      case "closed":
        return newestFirst(all.filter((incident) => !isOpen(incident)));
      default:
        return newestFirst(all);
    }
  }
}
