/** The form of an act: what it needs, and what will happen. */
import { html, nothing } from "lit";
import { css } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api } from "../api/client";
import type { Incident, IncidentAct, ProposedPriority } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import type { ActForm } from "./act-wish";
import { unitName } from "../units/unit-names";
import { agencyName, category, operations } from "./operations";

const SHELF_HOURS = [0.25, 0.5, 1, 2, 4, 8];

@customElement("act-fields")
export class ActFields extends View {
  @property({ attribute: false }) incident!: Incident;
  @property() form: ActForm = "note";
  @property({ type: Boolean }) busy = false;
  @state() private category = "";
  @state() private subcategory = "";
  @state() private injured = 0;
  @state() private proposed: ProposedPriority | null = null;

  private asked = "";

  static override readonly styles = [
    controls,
    css`
      form {
        display: grid;
        gap: 0.625rem;
        padding: 0.75rem;
        border: 1px solid var(--line);
        border-radius: 0.375rem;
      }

      .pair {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 0.625rem;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }

      .check {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("form")) {
      this.category = this.incident.category ?? "";
      this.subcategory = this.incident.subcategory ?? "";
      this.injured = this.incident.injured;
    }
    if (this.form === "triage") void this.propose();
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("form")) this.renderRoot.querySelector<HTMLElement>("select, input, textarea")?.focus();
  }

  private async propose(): Promise<void> {
    const wanted = { category: this.category, subcategory: this.subcategory, injured: this.injured };
    const key = JSON.stringify([this.incident.id, wanted]);
    if (key === this.asked) return;
    this.asked = key;
    const proposed = await api.proposedPriority(this.incident.id, wanted).catch(() => null);
    if (key === this.asked) this.proposed = proposed;
  }

  protected override render() {
    const words = this.words.incidents;
    const explained = (words.explained as Record<string, string>)[this.form];
    return html`<form @submit=${this.submit} @keydown=${this.sendByEnter}>
      ${explained ? html`<p class="small">${explained}</p>` : nothing} ${this.fields()}
      <div class="row">
        <button class="button primary" ?disabled=${this.busy}>${words.act[this.form]}</button>
        <button class="button" type="button" @click=${() => this.dispatchEvent(new CustomEvent("done"))}>${this.words.cancel}</button>
      </div>
    </form>`;
  }

  private fields() {
    const words = this.words.incidents;
    switch (this.form) {
      case "triage":
        return this.triage();
      case "assign":
        return this.agencies(true);
      case "withdraw":
        return html`${this.agencies(false)}${this.line("reason", this.words.reason, false)}`;
      case "hand":
        return html`<label class="field">${this.words.handTo}<input name="to" required list="receivers" autocomplete="off" /></label>
          <datalist id="receivers">
            ${(store.city?.agencies ?? []).map((agency) => html`<option value=${this.text(agency.name)}></option>`)}
          </datalist>
          ${this.area("note", this.words.noteText, false)}`;
      case "shelve":
        return html`${this.line("reason", this.words.reason)}
          <label class="field">
            ${words.shelveFor}
            <select name="hours">
              ${this.shelfHours().map(
                (hours) => html`<option value=${hours} ?selected=${hours === 1}>
                  ${hours < 1 ? words.minutes(String(hours * 60)) : words.hours(String(hours))}
                </option>`,
              )}
            </select>
          </label>`;
      case "resolve":
        return this.area("note", words.whatWasDone);
      case "close":
        return html`${this.incident.answerOwed ? this.line("answered", words.howAnswered) : nothing}
        ${this.line("reason", this.words.reason, true, this.incident.conditionEnded ? words.ended : "")}`;
      case "answer":
        return html`${this.line("note", words.howAnswered, false)}${this.line("reason", words.notAnswered, false)}`;
      case "merge":
        return this.others();
      case "note":
        return html`${this.area("note", this.words.noteText)}
          <label class="field">${words.trueTime}<input type="datetime-local" name="at" step="1" /></label>`;
      default:
        return this.line("reason", this.words.reason);
    }
  }

  private triage() {
    const words = this.words.incidents;
    const chosen = category(this.category);
    return html`
      <div class="pair">
        <label class="field">
          ${words.categoryField}
          <select name="category" @change=${this.chooseCategory}>
            <option value=""></option>
            ${(operations()?.categories ?? []).map(
              (each) => html`<option value=${each.code} ?selected=${each.code === this.category}>${this.text(each.name)}</option>`,
            )}
          </select>
        </label>
        <label class="field">
          ${words.subcategoryField}
          <select name="subcategory" @change=${(event: Event) => (this.subcategory = (event.target as HTMLSelectElement).value)}>
            <option value=""></option>
            ${(chosen?.subcategories ?? []).map(
              (each) => html`<option value=${each.code} ?selected=${each.code === this.subcategory}>${this.text(each.name)}</option>`,
            )}
          </select>
        </label>
        <label class="field">
          ${words.injured}
          <input
            name="injured"
            type="number"
            min="0"
            max="100000"
            .value=${String(this.injured)}
            @input=${(event: Event) => (this.injured = Math.max(0, Number((event.target as HTMLInputElement).value) || 0))}
          />
        </label>
        <label class="field">
          ${words.priorityField}
          <select name="priority">
            <option value="">${words.byRule}</option>
            ${[1, 2, 3, 4, 5].map((n) => html`<option value=${n}>${words.priority(String(n))}</option>`)}
          </select>
        </label>
      </div>
      ${this.proposed
        ? html`<p class="small" role="status">
            ${words.rulesSay(String(this.proposed.priority), this.proposed.reasons.map((each) => this.text(each.text)).join("; "))}
          </p>`
        : nothing}
    `;
  }

  private chooseCategory(event: Event): void {
    this.category = (event.target as HTMLSelectElement).value;
    this.subcategory = "";
  }

  private agencies(sending: boolean) {
    const { incident } = this;
    const words = this.words.incidents;
    const active = incident.sent.filter(({ state }) => state !== "refused" && state !== "withdrawn");
    if (!sending) {
      return html`<label class="field">
        ${words.agencyField}
        <select name="agency" required>
          ${active.map(({ agency, unit }) => html`<option value="${agency}|${unit ?? ""}">${[this.text(agencyName(agency)), unitName(unit)].filter(Boolean).join(" · ")}</option>`)}
        </select>
      </label>`;
    }
    const free = (operations()?.agencies ?? []).filter(({ code }) => !active.some((each) => each.agency === code && !each.unit));
    const helpful = category(incident.category)?.supporting ?? [];
    const rank = (code: string) => (code === incident.leadAgency ? 0 : helpful.includes(code) ? 1 : 2);
    const ranked = [...free].sort((a, b) => rank(a.code) - rank(b.code));
    return html`<label class="field">
        ${words.agencyField}
        <select name="agency" required>
          ${ranked.map((each) => html`<option value=${each.code}>${this.text(each.name)}</option>`)}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" name="lead" ?checked=${!active.some(({ role }) => role === "lead")} /> ${words.asLead}
      </label>`;
  }

  /** The other open incidents, nearest first. */
  private others() {
    const { incident } = this;
    const far = (other: Incident) =>
      incident.location && other.location
        ? Math.hypot(incident.location[0] - other.location[0], incident.location[1] - other.location[1])
        : Infinity;
    const others = [...store.incidents.values()]
      .filter((other) => other.id !== incident.id && other.fits.includes("absorb"))
      .sort((a, b) => far(a) - far(b));
    return html`<label class="field">
      ${this.words.incidents.mergeWith}
      <select name="into" required>
        ${others.map((other) => html`<option value=${other.id}>${[this.text(other.title), other.area].filter(Boolean).join(" · ")}</option>`)}
      </select>
    </label>`;
  }

  private line(name: string, label: string, required = true, value = "") {
    return html`<label class="field">${label}<input name=${name} ?required=${required} .value=${value} autocomplete="off" /></label>`;
  }

  private area(name: string, label: string, required = true) {
    return html`<label class="field">
      ${label}<textarea name=${name} rows="2" ?required=${required}></textarea>
    </label>`;
  }

  /** Enter goes to what is still missing, else it sends, from a choice too; Shift and Enter begins a new line. */
  private sendByEnter(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    const lacking = this.renderRoot.querySelector<HTMLElement>("input:invalid, textarea:invalid");
    if (lacking && lacking !== event.target) return lacking.focus();
    this.renderRoot.querySelector("form")?.requestSubmit();
  }

  private shelfHours(): readonly number[] {
    return SHELF_HOURS.filter((hours) => hours <= (operations()?.shelving.hours ?? 8));
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(given.get(name) ?? "").trim();
    this.dispatchEvent(new CustomEvent("act", { detail: this.act(text, given) }));
  }

  private act(text: (name: string) => string, given: FormData): Given {
    if (this.form === "merge") return { into: text("into") };
    if (this.form === "unmerge") return { apart: text("reason") };
    const act: IncidentAct = { act: this.form };
    for (const name of ["note", "reason", "to", "category", "subcategory"] as const) if (text(name)) act[name] = text(name);
    if (this.form === "triage") {
      act.injured = this.injured;
      if (text("priority")) act.priority = Number(text("priority"));
    }
    if (this.form === "assign" || this.form === "withdraw") {
      const [agency, unit] = text("agency").split("|");
      act.agency = agency ?? "";
      if (unit) act.unit = unit;
      if (given.has("lead")) act.role = "lead";
    }
    if (this.form === "shelve") act.until = new Date(store.clock().getTime() + Number(text("hours")) * 3_600_000).toISOString();
    if (text("at")) act.at = new Date(text("at")).toISOString();
    return text("answered") ? { act, answered: text("answered") } : { act };
  }
}

/** What the form was filled in with: an act, and how the caller was answered before it; or the other incident of a merge. */
export type Given = { act: IncidentAct; answered?: string } | { into: string } | { apart: string };
