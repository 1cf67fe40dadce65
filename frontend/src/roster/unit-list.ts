/** The units of the city: arrows walk them, Enter opens one to change it or to put it out of service. */
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { roster, type RosterBook } from "../api/roster";
import { View } from "../frame/view";
import { moveFocus } from "../lists/list-keys";
import { rosterWords } from "../strings/roster";
import { controls, panelParts } from "../theme/controls";
import { rosterStyles } from "./roster-styles";
import "./unit-form";

type Listed = RosterBook["units"][number];

@customElement("unit-list")
export class UnitList extends View {
  @property({ attribute: false }) book!: RosterBook;
  @state() private opened = "";
  @state() private entering = false;
  @state() private problem = "";

  static override readonly styles = [controls, panelParts, rosterStyles];

  protected override render() {
    const words = rosterWords();
    const { units } = this.book;
    return html`<section aria-label=${words.units}>
      <div class="section-head">
        <h2>${words.units}</h2>
        <button class="button" aria-expanded=${this.entering} @click=${() => (this.entering = !this.entering)}>${words.enter}</button>
      </div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.entering ? html`<unit-form .book=${this.book} @done=${this.changed}></unit-form>` : nothing}
      ${units.length ? nothing : html`<p class="empty">${words.noUnits}</p>`}
      <ul @keydown=${this.move}>${units.map((unit) => html`<li>${this.row(unit)}${this.opened === unit.id ? this.inside(unit) : nothing}</li>`)}</ul>
    </section>`;
  }

  private row(unit: Listed) {
    const open = this.opened === unit.id;
    const agency = this.text(this.book.agencies.find(({ code }) => code === unit.agency)?.name) || unit.agency;
    return html`<button class="row ${open ? "open" : ""}" aria-expanded=${open} data-unit=${unit.id} @click=${() => (this.opened = open ? "" : unit.id)}>
      <span class="main"><strong>${unit.name}</strong><br /><span class="small">${agency} · ${this.where(unit)}</span></span>
      <span class="end ${unit.state === "off" ? "off" : ""}">${this.state(unit)}</span>
    </button>`;
  }

  private state(unit: Listed): string {
    const words = rosterWords();
    const why = this.book.offReasons.find(({ code }) => code === unit.outOfService);
    return [words.state[unit.state], why && this.text(why.name)].filter(Boolean).join(": ");
  }

  private where(unit: Listed): string {
    const words = rosterWords();
    return unit.observedAt ? words.seen(this.format.moment(unit.observedAt)) : words.atBase;
  }

  private inside(unit: Listed) {
    const words = rosterWords();
    return html`<div class="box">
        ${unit.state === "off"
          ? html`<div class="acts"><button class="button primary" @click=${() => this.act(roster.state(unit.id, "free"))}>${words.onDuty}</button></div>`
          : html`<form class="acts" @submit=${(event: SubmitEvent) => this.off(event, unit)}>
              <label class="field">
                ${words.why}
                <select name="reason" required>
                  <option value=""></option>
                  ${this.book.offReasons.map(({ code, name }) => html`<option value=${code}>${this.text(name)}</option>`)}
                </select>
              </label>
              <button class="button">${words.putOff}</button>
            </form>`}
        <div class="acts"><button class="button" @click=${() => this.act(roster.strike(unit.id))}>${words.strike}</button></div>
      </div>
      <unit-form .book=${this.book} .unit=${unit} @done=${this.changed}></unit-form>`;
  }

  private off(event: SubmitEvent, unit: Listed): void {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason"));
    void this.act(roster.state(unit.id, "off", reason));
  }

  private async act(doing: Promise<unknown>): Promise<void> {
    this.problem = "";
    try {
      await doing;
      this.changed();
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }

  private readonly changed = () => {
    const at = this.opened;
    this.opened = "";
    this.entering = false;
    this.dispatchEvent(new Event("changed"));
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`[data-unit="${at}"]`)?.focus());
  };

  private move(event: KeyboardEvent): void {
    const at = event.target as HTMLElement;
    if (at.matches(".row")) moveFocus(event, [...this.renderRoot.querySelectorAll<HTMLElement>(".row")], at);
  }
}
