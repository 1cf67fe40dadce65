/** The form of a warning: begun from nothing, an incident, a warning to be brought up to date, or one of others. */
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { Problem } from "../api/client";
import {
  CATEGORIES,
  CERTAINTIES,
  type Proof,
  RESPONSES,
  type ResponseType,
  SEVERITIES,
  URGENCIES,
  type Warning,
  type WarningFault,
  type WarningTemplates,
} from "../api/warning-types";
import { warnings } from "../api/warnings";
import { icon } from "../frame/icons";
import { store } from "../live/store";
import { pen } from "../map/pen";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { type DraftForm, endingAfter, filled, formOf, forwarded, freshForm, typed, wishOf, withTemplate } from "./draft";
import { faultLines } from "./fault-lines";
import { formStyles } from "./form-styles";
import "./ground-field";
import { titleOf } from "./titles";
import { LIST } from "./warning-address";
import { book } from "./warning-book";
import "./warning-preview";
import { warningStyles } from "./warning-styles";
import { WarningView } from "./warning-view";
import "./wording-field";

const CHECK_AFTER_MS = 350;
const HOURS = [3, 6, 12, 24] as const;
/** Fields that show their own faults; those of others stand at the end. */
const BESIDE = ["areas", "onset", "expires", "web", "contact"] as const;
type Beside = (typeof BESIDE)[number];

@customElement("warning-form")
export class WarningForm extends WarningView {
  @property() kind: "new" | "edit" | "update" | "forward" = "new";
  /** The warning that is changed, updated or passed on. */
  @property() of = "";
  @property() incidentId = "";
  @state() private form: DraftForm | null = null;
  @state() private ready: WarningTemplates | null = null;
  @state() private earlier: Warning | null = null;
  @state() private proof: Proof | null = null;
  @state() private checking = false;
  @state() private busy = false;
  @state() private refusal = "";
  @query("select") private readonly first!: HTMLSelectElement | null;

  private begunFor = "";
  private timer = 0;
  private asked = 0;

  static override readonly styles = [controls, panelParts, warningStyles, formStyles];

  override disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    pen.show(null);
    super.disconnectedCallback();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const key = `${this.kind} ${this.of} ${this.incidentId}`;
    if (key === this.begunFor || !store.city) return;
    this.begunFor = key;
    void this.begin();
  }

  private async begin(): Promise<void> {
    try {
      this.ready ??= await warnings.templates();
      this.form = await this.beginning(freshForm(store.clock(), this.zone, this.ready.contact));
      this.check(0);
      await this.updateComplete;
      this.first?.focus();
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
  }

  private async beginning(fresh: DraftForm): Promise<DraftForm> {
    if (this.kind === "edit" || this.kind === "update") {
      this.earlier = await warnings.one(this.of);
      return formOf(this.earlier, this.zone, this.kind === "update" ? this.of : (this.earlier.about ?? ""));
    }
    if (this.kind === "forward") {
      const from = (await warnings.received()).find(({ id }) => id === this.of);
      return from ? forwarded(from, fresh, this.zone) : fresh;
    }
    return this.fromIncident(fresh);
  }

  /** The incident's place with a circle around it, its kelurahan as name, and the text that fits its category. */
  private fromIncident(fresh: DraftForm): DraftForm {
    const incident = store.incidents.get(this.incidentId);
    if (!incident) return fresh;
    const place = incident.area?.split(",")[0] ?? "";
    const begun = { ...fresh, incident: incident.location ? incident.id : "", place, exercise: incident.exercise };
    const template = this.ready?.templates.find(({ incidents }) => incident.category && incidents.includes(incident.category));
    return template ? withTemplate(begun, template, place || this.cityName, store.clock(), this.zone) : begun;
  }

  private get cityName(): string {
    return store.city?.name ?? "";
  }

  protected override render() {
    const { form, say } = this;
    return html`
      <button class="back" @click=${this.back}>${icon("back", 15)} ${this.words.back}</button>
      <div class="head"><h1>${this.heading()}</h1></div>
      ${this.refusal ? html`<p class="notice" role="alert">${this.refusal}</p>` : nothing}
      ${this.ready?.fault ? html`<p class="notice">${say.templateFault(this.ready.fault)}</p>` : nothing}
      ${form ? this.body(form) : this.refusal ? nothing : html`<p class="empty" aria-busy="true">${this.words.loading}</p>`}
    `;
  }

  private heading(): string {
    const { say } = this;
    const incident = store.incidents.get(this.incidentId);
    if (this.kind === "edit") return say.editTitle;
    if (this.kind === "update") return say.updateTitle(this.earlier ? titleOf(this.earlier, this.format.language) : "");
    if (this.kind === "forward") return say.forwardTitle(book.received?.find(({ id }) => id === this.of)?.alertSource ?? "");
    return incident ? say.fromIncident(this.text(incident.title)) : say.newTitle;
  }

  private body(form: DraftForm) {
    const { say } = this;
    return html`<form @submit=${this.save} @keydown=${this.chord} autocomplete="off" novalidate aria-label=${this.heading()}>
      ${this.templates(form)}
      <section>
        <h2>${say.where}</h2>
        <ground-field .form=${form} .proof=${this.proof} @where=${(event: CustomEvent<Partial<DraftForm>>) => this.place(event.detail)}></ground-field>
        ${this.said("areas")}
      </section>
      <section><h2>${say.how}</h2>${this.grades(form)}</section>
      <section><h2>${say.when} <span class="small">${say.zone(this.format.zone)}</span></h2>${this.times(form)}</section>
      <section>
        <h2>${say.text}</h2>
        <p class="small">${say.templateNote}</p>
        <wording-field .form=${form} .faults=${this.proof?.faults ?? []} @worded=${this.word}></wording-field>
        <div class="two">${this.line(form, "contact")} ${this.line(form, "web")}</div>
        <label class="check"><input type="checkbox" .checked=${form.exercise} @change=${(event: Event) => this.put({ exercise: (event.target as HTMLInputElement).checked })} /> ${say.exerciseField}</label>
      </section>
      <section>
        <h2>${say.preview} <span class="small">${say.previewNote}</span></h2>
        <warning-preview .proof=${this.proof} ?exercise=${form.exercise}></warning-preview>
      </section>
      ${this.ending(form)}
    </form>`;
  }

  private templates(form: DraftForm) {
    const { say } = this;
    return html`<section>
      <label class="field">
        ${say.template}
        <select @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${form.template === ""}>${say.noTemplate}</option>
          ${this.ready?.templates.map(
            ({ code, words }) => html`<option value=${code} ?selected=${form.template === code}>${words[this.format.language]?.event ?? words.id?.event ?? code}</option>`,
          )}
        </select>
      </label>
    </section>`;
  }

  private grades(form: DraftForm) {
    const { say } = this;
    return html`<div class="two">
        ${this.choice("severity", SEVERITIES, form.severity, say.severity)} ${this.choice("urgency", URGENCIES, form.urgency, say.urgency)}
        ${this.choice("certainty", CERTAINTIES, form.certainty, say.certainty)} ${this.choice("category", CATEGORIES, form.category, say.category)}
      </div>
      <fieldset>
        <legend>${say.fields.responses}</legend>
        ${RESPONSES.filter((each) => each !== "None").map(
          (each) => html`<label class="check">
            <input type="checkbox" .checked=${form.responses.includes(each)} @change=${() => this.respond(each)} /> ${say.responses[each]}
          </label>`,
        )}
      </fieldset>`;
  }

  private choice<T extends string>(field: "severity" | "urgency" | "certainty" | "category", choices: readonly T[], chosen: string, texts: Record<T, string>) {
    return html`<label class="field">
      ${this.say.fields[field]}
      <select @change=${(event: Event) => this.put({ [field]: (event.target as HTMLSelectElement).value } as Partial<DraftForm>)}>
        ${choices.map((each) => html`<option value=${each} ?selected=${each === chosen}>${texts[each]}</option>`)}
      </select>
    </label>`;
  }

  private times(form: DraftForm) {
    const { say } = this;
    const time = (field: "onset" | "expires", note: string) => html`<div>
      <label class="field">
        ${say.fields[field]}
        <input type="datetime-local" .value=${form[field]} aria-invalid=${this.faultsOf(field).length > 0} @change=${(event: Event) => this.put({ [field]: (event.target as HTMLInputElement).value } as Partial<DraftForm>)} />
      </label>
      ${note ? html`<p class="small">${note}</p>` : nothing} ${this.said(field)}
    </div>`;
    return html`<div class="two">
        ${time("onset", say.onsetNote)}
        <div>
          ${time("expires", "")}
          <div class="acts quick">
            ${HOURS.map((hours) => html`<button type="button" class="button" @click=${() => this.put({ expires: endingAfter(hours, store.clock(), this.zone) })}>${say.hours(String(hours))}</button>`)}
          </div>
        </div>
      </div>`;
  }

  private line(form: DraftForm, field: "contact" | "web") {
    return html`<div>
      <label class="field">${this.say.fields[field]}<input maxlength="400" .value=${form[field]} @input=${(event: Event) => this.put({ [field]: (event.target as HTMLInputElement).value } as Partial<DraftForm>)} /></label>
      ${this.said(field)}
    </div>`;
  }

  private ending(form: DraftForm) {
    const { say, proof } = this;
    const grave = proof?.faults.filter(({ weight }) => weight !== "note") ?? [];
    const elsewhere = proof?.faults.filter(({ field }) => !field.startsWith("words.") && !BESIDE.includes(field as Beside)) ?? [];
    const told = this.checking || !proof ? say.checking : grave.length ? say.faults(this.format.exact(grave.length)) : say.fit;
    return html`<section class="ending">
      <p role="status" class=${grave.length ? "fault" : "good"}>${told}</p>
      ${faultLines(elsewhere, say, (text) => this.text(text))}
      <div class="acts">
        <button class="button primary" ?disabled=${this.busy || this.checking || !proof?.fit}>${form.exercise ? say.saveExercise : say.save}</button>
        <span class="small">${say.saveNote}</span>
      </div>
    </section>`;
  }

  private said(field: Beside) {
    return faultLines(this.faultsOf(field), this.say, (text) => this.text(text));
  }

  private faultsOf(field: string): WarningFault[] {
    return this.proof?.faults.filter((fault) => fault.field === field) ?? [];
  }

  // changes

  private put(change: Partial<DraftForm>): void {
    if (!this.form) return;
    this.form = { ...this.form, ...change };
    this.check(CHECK_AFTER_MS);
  }

  private choose(code: string): void {
    const template = this.ready?.templates.find((each) => each.code === code);
    if (!this.form) return;
    this.put(template ? withTemplate(this.form, template, this.placeOf(this.form), store.clock(), this.zone) : filled({ ...this.form, template: "" }, null, ""));
  }

  private place(change: Partial<DraftForm>): void {
    if (!this.form) return;
    const form = { ...this.form, ...change };
    const template = this.ready?.templates.find(({ code }) => code === form.template) ?? null;
    this.put(template ? filled(form, template, this.placeOf(form)) : form);
  }

  /** How the texts name the ground. */
  private placeOf(form: DraftForm): string {
    const names = form.areas.map((code) => store.areas.find((area) => area.code === code)?.name ?? code);
    return names.join(", ") || form.place || this.cityName;
  }

  private readonly word = (event: CustomEvent<{ language: "id" | "en" | "ja"; part: "event"; text: string }>): void => {
    const { language, part, text } = event.detail;
    if (this.form) this.put(typed(this.form, language, part, text));
  };

  private respond(response: ResponseType): void {
    const chosen = this.form?.responses ?? [];
    this.put({ responses: chosen.includes(response) ? chosen.filter((each) => each !== response) : [...chosen, response] });
  }

  /** Ctrl+Enter saves from any field. */
  private readonly chord = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.keep();
  };

  // check and save

  private check(after: number): void {
    this.checking = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.prove(), after);
  }

  private async prove(): Promise<void> {
    if (!this.form) return;
    const turn = (this.asked += 1);
    try {
      const proof = await warnings.check(wishOf(this.form, this.zone));
      if (turn !== this.asked) return;
      this.proof = proof;
      this.refusal = "";
      pen.show(proof.ground);
    } catch (cause) {
      if (turn !== this.asked) return;
      this.proof = null;
      this.refusal = cause instanceof Problem ? cause.message : this.saidOf(cause);
    }
    this.checking = false;
  }

  private readonly save = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.keep();
  };

  private async keep(): Promise<void> {
    if (!this.form || this.busy || !this.proof?.fit) return;
    this.busy = true;
    try {
      const wish = wishOf(this.form, this.zone);
      const made = await (this.kind === "edit" ? warnings.change(this.of, wish) : warnings.draft(wish));
      await book.acted();
      screenState.go({ warning: made.id });
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
    this.busy = false;
  }

  private readonly back = (): void => {
    const { incident } = screenState.state;
    screenState.go({ warning: this.kind === "new" ? (incident ? null : LIST) : this.kind === "forward" ? "received" : this.of });
  };
}
