/** A unit as it is entered, or changed. */
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { roster, type RosterBook } from "../api/roster";
import type { Unit } from "../api/dispatch";
import { View } from "../frame/view";
import { rosterWords } from "../strings/roster";
import { controls } from "../theme/controls";
import { rosterStyles } from "./roster-styles";

@customElement("unit-form")
export class UnitForm extends View {
  @property({ attribute: false }) book!: RosterBook;
  /** None: a new one. */
  @property({ attribute: false }) unit: Unit | null = null;
  @state() private problem = "";
  @state() private busy = false;

  static override readonly styles = [controls, rosterStyles];

  protected override render() {
    const words = rosterWords();
    const { unit } = this;
    const [lon, lat] = unit?.base ?? ["", ""];
    return html`<form @submit=${this.keep} aria-label=${unit ? words.change : words.enter}>
      ${this.problem ? html`<p class="small" role="alert">${this.problem}</p>` : nothing}
      <div class="pair">
        ${unit
          ? nothing
          : html`<label class="field">${words.code}<input name="code" required pattern="[a-z0-9][a-z0-9-]*" maxlength="63" /></label>`}
        <label class="field">${words.name}<input name="name" required maxlength="80" .value=${unit?.name ?? ""} /></label>
        <label class="field">
          ${words.agency}
          <select name="agency" required>
            ${this.book.agencies.map((each) => html`<option value=${each.code} ?selected=${each.code === unit?.agency}>${this.text(each.name)}</option>`)}
          </select>
        </label>
      </div>
      <fieldset>
        <legend>${words.capabilities}</legend>
        ${this.book.capabilities.map(
          (each) => html`<label class="small">
            <input type="checkbox" name="capability" value=${each.code} ?checked=${unit?.capabilities.includes(each.code)} />
            ${this.text(each.name)}
          </label>`,
        )}
      </fieldset>
      <div class="pair">
        <label class="field">${words.longitude}<input name="lon" type="number" step="any" min="-180" max="180" required .value=${String(lon)} /></label>
        <label class="field">${words.latitude}<input name="lat" type="number" step="any" min="-90" max="90" required .value=${String(lat)} /></label>
      </div>
      <label class="small"><input type="checkbox" name="exercise" ?checked=${unit?.exercise} /> ${words.exercise}</label>
      <div class="acts">
        <button class="button primary" ?disabled=${this.busy}>${unit ? words.keep : words.enter}</button>
        <button type="button" class="button" @click=${() => this.dispatchEvent(new Event("done"))}>${words.cancel}</button>
      </div>
    </form>`;
  }

  private readonly keep = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const said = (name: string) => String(given.get(name) ?? "");
    const wish = {
      name: said("name"),
      agency: said("agency"),
      capabilities: given.getAll("capability").map(String),
      base: [Number(said("lon")), Number(said("lat"))] as [number, number],
      exercise: given.has("exercise"),
    };
    this.busy = true;
    try {
      await (this.unit ? roster.change(this.unit.id, wish) : roster.enter(said("code"), wish));
      this.dispatchEvent(new Event("done"));
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    this.busy = false;
  };
}
