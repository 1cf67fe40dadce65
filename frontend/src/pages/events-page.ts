/** Events: one queue of incidents, the same selection as the map, by keyboard first. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api } from "../api/client";
import { momentKey } from "../api/moment";
import type { Incident } from "../api/types";
import { View } from "../frame/view";
import "../calls/call-desk";
import { fitsChoice, inList, readChoice } from "../incidents/choice";
import "../incidents/incident-detail";
import "../incidents/incident-form";
import "../incidents/incident-list";
import type { IncidentList } from "../incidents/incident-list";
import { operations } from "../incidents/operations";
import "../incidents/operator-figures";
import "../incidents/queue-filters";
import { actByKey, actOnceKnown } from "../incidents/queue-keys";
import { undo } from "../incidents/undo";
import "../incidents/undo-bar";
import "../incidents/wall-tour";
import "../procedures/task-list";
import "../shift/shift-note";
import { typing } from "../lists/list-keys";
import { inOrderOfUrgency, newestFirst } from "../live/incidents";
import { store } from "../live/store";
import { INCIDENT_FILTERS, type IncidentFilter } from "../screen/address";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { LIST } from "../warnings/warning-address";

/** Parts with keys of their own. */
const OWN_KEYS: readonly string[] = ["task-list", "call-desk", "shift-note", "roster-page"];
/** What the procedure leaves to the incident that it belongs to. */
const BESIDE_PROCEDURE = /^[atdrvcpshi]$/;
/** The roster stands in the address as `list=units`. */
const ROSTER = "units";
const PAST_LISTS: readonly IncidentFilter[] = ["closed", "all"];

@customElement("events-page")
export class EventsPage extends View {
  @state() private raising = false;

  private closedReadFor: string | null = null;
  private ahead: Promise<void> | null = null;
  private readonly onKey = (event: KeyboardEvent) => this.key(event);

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
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
        flex-wrap: wrap;
        gap: 0 1.125rem;
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

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", this.onKey, { capture: true });
  }

  override disconnectedCallback(): void {
    window.removeEventListener("keydown", this.onKey, { capture: true });
    super.disconnectedCallback();
  }

  protected override willUpdate(): void {
    operations();
    const { filter } = screenState.state;
    const key = momentKey(store.past);
    if (this.closedReadFor === key || !PAST_LISTS.includes(filter)) return;
    this.closedReadFor = key;
    void api
      .incidents("all", store.past)
      .then((incidents) => key === momentKey(store.past) && store.keep(incidents))
      .catch(() => (this.closedReadFor = null));
  }

  protected override render() {
    const { incident, warning, list } = screenState.state;
    const roster = list === ROSTER && this.keepsUnits();
    const warns = Boolean(warning) && !store.past;
    const what = roster ? this.roster() : warns ? this.warnings() : this.incidents(incident);
    return html`${this.calls(roster || warns || incident !== null)} ${what}`;
  }

  private keepsUnits(): boolean {
    return !store.past && (store.session?.permissions.includes("units.dispatch") ?? false);
  }

  private roster() {
    void import("../roster/roster-page");
    return html`<roster-page></roster-page>`;
  }

  private warnings() {
    void import("../warnings/warning-desk");
    return html`<warning-desk></warning-desk>`;
  }

  private incidents(incident: string | null) {
    const tour = screenState.mode === "wall" && !store.past ? html`<wall-tour></wall-tour>` : nothing;
    return html`
      ${tour}
      ${incident ? html`<undo-bar></undo-bar><incident-detail .incidentId=${incident}></incident-detail>` : this.queue()}
    `;
  }

  /** Stands above whatever is open: a call in hand is not lost, and that one rings is seen. */
  private calls(brief: boolean) {
    return html`${this.exercise()} ${this.takesCalls() ? html`<call-desk ?brief=${brief || screenState.mode === "wall"}></call-desk>` : nothing}`;
  }

  private exercise() {
    if (store.session?.clock.method !== "exercise" || store.past) return nothing;
    void import("../exercise/exercise-panel");
    return html`<exercise-panel></exercise-panel>`;
  }

  private queue() {
    if (screenState.mode === "wall") return html`<div class="head"><h1>${this.words.pages.events}</h1></div>${this.list()}`;
    const may = store.session?.permissions.includes("incidents.act") && !store.past;
    return html`
      <div class="head">
        <h1>${this.words.pages.events}</h1>
        ${this.keepsUnits() ? html`<button class="button" @click=${() => screenState.go({ list: ROSTER })}>${this.words.units.roster}</button>` : nothing}
        ${store.past || !store.session?.permissions.includes("incidents.read")
          ? nothing
          : html`<button class="button" @click=${() => screenState.openWarning(LIST)}>${this.words.warned.title}</button>`}
        ${may
          ? html`<button class="button" aria-expanded=${this.raising} @click=${() => (this.raising = !this.raising)}>
              ${this.words.raiseIncident}
            </button>`
          : nothing}
      </div>
      ${this.raising && may ? html`<incident-form @done=${() => (this.raising = false)}></incident-form>` : nothing}
      <task-list></task-list>
      <shift-note></shift-note>
      <div class="filters" role="group" aria-label=${this.words.filterList}>${INCIDENT_FILTERS.map((choice) => this.filter(choice))}</div>
      <queue-filters></queue-filters>
      <undo-bar></undo-bar>
      ${this.list()}
      ${store.past ? nothing : html`<operator-figures></operator-figures>`}
    `;
  }

  private takesCalls(): boolean {
    return store.past === null && (store.session?.permissions.includes("calls.take") ?? false);
  }

  private list() {
    const shown = this.shown();
    const { filter, only } = screenState.state;
    if (shown.length) return html`<incident-list .incidents=${shown} .label=${this.words.pages.events}></incident-list>`;
    return html`<div class="empty">
      <strong>${only ? this.words.incidents.noneChosen : this.words.incidents.none[filter]}</strong>
      <p>${this.words.noIncidentsDetail}</p>
    </div>`;
  }

  private filter(choice: IncidentFilter) {
    const chosen = screenState.state.filter === choice;
    const count = choice === "closed" || choice === "all" ? null : this.counted(choice);
    return html`<button aria-pressed=${chosen} @click=${() => screenState.adjust({ filter: choice })}>
      ${this.words.incidents.filters[choice]}${count ? ` ${count}` : nothing}
    </button>`;
  }

  private counted(list: IncidentFilter): number {
    const me = store.session?.principal ?? {};
    return [...store.incidents.values()].filter((incident) => inList(incident, list, me)).length;
  }

  private shown(): Incident[] {
    const { filter, only } = screenState.state;
    const choice = readChoice(only);
    const me = store.session?.principal ?? {};
    const all = [...store.incidents.values()].filter((incident) => inList(incident, filter, me) && fitsChoice(incident, choice));
    return PAST_LISTS.includes(filter) ? newestFirst(all) : inOrderOfUrgency(all);
  }

  /** Before the keys of the whole console: here `d` sends an agency. */
  private key(event: KeyboardEvent): void {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || screenState.state.why || screenState.state.warning) return;
    const within = event.composedPath().flatMap((each) => (each instanceof HTMLElement ? [each.localName] : []));
    if (within.some((name) => OWN_KEYS.includes(name))) return;
    if (within.includes("incident-procedure") && !BESIDE_PROCEDURE.test(event.key)) return;
    if (this.does(event.key)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }

  /** Whether the key was one of this page. */
  private does(key: string): boolean {
    const list = this.renderRoot.querySelector<IncidentList>("incident-list");
    if ((key === "j" || key === "k") && list) list.step(key === "j" ? 1 : -1);
    else if (store.past || !store.session?.permissions.includes("incidents.act")) return false;
    else if (key === "b" && store.session.permissions.includes("warnings.draft")) this.warn(list);
    else if (key === "n" && this.takesCalls()) return false;
    else if (key === "n") this.raise();
    else if (key === "u" && undo.done) void undo.undo();
    else return this.acts(key, list);
    return true;
  }

  private acts(key: string, list: IncidentList | null): boolean {
    if (!/^[atdrvcpshiyx]$/.test(key)) return false;
    const { incident } = screenState.state;
    const at = incident ? store.incidents.get(incident) : list?.at;
    if (at && !this.ahead) void actByKey(key, at);
    else if (incident) this.actSoon(key, incident);
    else return false;
    return true;
  }

  /** Keys that come before the incident that was just opened does: they are carried out once it is here, in their order. */
  private actSoon(key: string, id: string): void {
    const turn = (this.ahead ?? Promise.resolve()).then(() => actOnceKnown(key, id));
    this.ahead = turn;
    void turn.finally(() => {
      if (this.ahead === turn) this.ahead = null;
    });
  }

  /** A warning from the incident at hand, or from nothing. */
  private warn(list: IncidentList | null): void {
    const incident = screenState.state.incident ?? list?.at?.id ?? null;
    screenState.go({ incident, warning: "new" });
  }

  private raise(): void {
    if (screenState.state.incident) screenState.go({ incident: null });
    this.raising = true;
  }
}
