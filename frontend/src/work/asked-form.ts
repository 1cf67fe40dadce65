/** The form of a computation or a command, drawn from its type: sent, and told at its fields what does not fit. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Problem } from "../api/client";
import type { EntryFault } from "../api/entry";
import { type Command, isCommand, nameOf, type Offer, type OfferedCommand, work } from "../api/work";
import { View } from "../frame/view";
import { controls, panelParts } from "../theme/controls";
import "./asked-field";
import type { AskedField } from "./asked-field";
import { fieldOf } from "./asked-values";
import type { Named } from "./entity-field";
import { freshKey } from "./fresh-key";

const NOTHING: readonly Named[] = [];

function presetIds({ kind, default: value }: Offer["form"][number]): string[] {
  if (kind !== "entity") return [];
  return (Array.isArray(value) ? value : [value]).filter((id): id is string => typeof id === "string" && id !== "");
}

@customElement("asked-form")
export class AskedForm extends View {
  @property({ attribute: false }) offer!: Offer;
  /** The entity from whose page it was opened: it stands in the field that asks for one of its type. */
  @property({ attribute: false }) from: (Named & { type: string }) | null = null;
  @state() private faults: readonly EntryFault[] = [];
  @state() private told: readonly string[] = [];
  @state() private wrong = "";
  @state() private busy = false;

  /** The same for every try of one command, so that a repetition gives no second one. */
  private key = freshKey();
  private given = "";
  private presets: ReadonlyMap<string, readonly Named[]> = new Map();

  static override readonly styles = [
    controls,
    panelParts,
    css`
      form {
        display: grid;
        gap: 0.75rem;
        padding: 0.875rem 1.125rem 1rem;
        border-bottom: 1px solid var(--line);
      }

      .wrong {
        color: var(--danger);
      }

      .notice {
        margin: 0;
      }

      .ends {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];

  protected override render() {
    const { offer, words } = this;
    return html`<form novalidate aria-label=${this.text(offer.title)} @submit=${this.submit} @keydown=${this.enter}>
      ${offer.form.map((field) => html`<asked-field data-name=${field.name} .field=${field} .fault=${this.faultOf(field.name)} .preset=${this.presets.get(field.name) ?? NOTHING}></asked-field>`)}
      ${isCommand(offer) ? this.warnings(offer) : nothing}
      ${this.loose().map((said) => html`<p class="small wrong" role="alert">${said}</p>`)}
      <div role="status">${this.told.map((said) => html`<p class="notice">${said}</p>`)}</div>
      <div class="ends">
        ${isCommand(offer)
          ? this.commandEnds(offer)
          : html`<button class="button primary" ?disabled=${this.busy}>${words.work.start}</button>`}
        <button class="button" type="button" @click=${this.close}>${words.close}</button>
      </div>
    </form>`;
  }

  private commandEnds(offer: OfferedCommand) {
    const words = this.words.work;
    return html`
      ${offer.onlyTried
        ? nothing
        : html`<button class="button primary" name="how" value="give" ?disabled=${this.busy}>${words.give}</button>`}
      <button class="button" name="how" value="try" ?disabled=${this.busy}>${words.tryOnly}</button>
    `;
  }

  /** What is to be known before it is sent. */
  private warnings(offer: OfferedCommand) {
    const words = this.words.work;
    const second = offer.twoPersons === true ? words.needsSecond : offer.twoPersons ? words.mayNeedSecond : "";
    return html`
      ${second ? html`<p class="notice second">${second}</p>` : nothing}
      <p class="small">${offer.onlyTried ? words.onlyTried : words.trying}</p>
    `;
  }

  /** An offer that is told anew in other words is the same one: what somebody has chosen in it stays. */
  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("offer")) return;
    const before = changed.get("offer") as Offer | undefined;
    if (!before || nameOf(before) !== nameOf(this.offer)) this.presets = this.presetsOf();
  }

  /** Once only: what somebody has chosen since must not be put back. */
  private presetsOf(): ReadonlyMap<string, readonly Named[]> {
    const { from } = this;
    const found = this.offer.form.map((field): [string, readonly Named[]] => [field.name, presetIds(field).map((id) => ({ id, name: id }))]);
    const first = from && this.offer.form.find(({ entity }) => entity.includes(from.type));
    return new Map(first ? [...found, [first.name, [{ id: from.id, name: from.name }]]] : found);
  }

  private faultOf(name: string): string {
    return this.faults
      .filter(({ field }) => fieldOf(field) === name)
      .map(({ reason }) => this.text(reason))
      .join(" · ");
  }

  /** What belongs to no field of the form. */
  private loose(): string[] {
    const names = new Set(this.offer.form.map(({ name }) => name));
    const faults = this.faults.filter(({ field }) => !names.has(fieldOf(field)));
    return [...faults.map(({ field, reason }) => `${field}: ${this.text(reason)}`), ...(this.wrong ? [this.wrong] : [])];
  }

  private values(): Record<string, unknown> {
    const fields = [...this.renderRoot.querySelectorAll<AskedField>("asked-field")];
    return Object.fromEntries(fields.map((field) => [field.field.name, field.value]).filter(([, value]) => value !== undefined));
  }

  /** Enter sends a computation; a command only its button, so that no slip of the hand reaches the outside. */
  private enter(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    if (event.key !== "Enter" || isCommand(this.offer) || !(target instanceof HTMLInputElement)) return;
    event.preventDefault();
    this.renderRoot.querySelector("form")?.requestSubmit();
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const how = (event.submitter as HTMLButtonElement | null)?.value;
    Object.assign(this, { busy: true, faults: [], wrong: "", told: [] });
    try {
      this.told = await this.send(this.values(), how === "try");
      this.dispatchEvent(new CustomEvent("asked", { bubbles: true, composed: true }));
    } catch (cause) {
      await this.refused(cause);
    }
    this.busy = false;
  }

  private async send(values: Record<string, unknown>, shadow: boolean): Promise<string[]> {
    const { offer } = this;
    if (!isCommand(offer)) {
      await work.start(offer.service, offer.job, values);
      return [this.words.work.started];
    }
    const given = JSON.stringify([values, shadow]);
    if (given !== this.given) this.key = freshKey();
    this.given = given;
    const command = await work.give(offer.service, offer.action, values, shadow, this.key);
    this.given = "";
    return this.becameOf(command);
  }

  private becameOf({ state, waitsUntil, reasons }: Command): string[] {
    const words = this.words.work;
    return [
      words.commandStates[state],
      ...(waitsUntil ? [words.waitsUntil(this.format.moment(waitsUntil))] : []),
      ...reasons.map((reason) => this.text(reason)),
    ];
  }

  private async refused(cause: unknown): Promise<void> {
    this.faults = cause instanceof Problem ? cause.errors : [];
    const reasons = cause instanceof Problem ? cause.reasons.map((reason) => this.text(reason)) : [];
    this.wrong = reasons.join(" · ") || (this.faults.length > 0 ? "" : this.saidOf(cause));
    if (cause instanceof Problem && cause.status > 0) this.given = "";
    await this.updateComplete;
    const names = this.offer.form.map(({ name }) => name).filter((name) => this.faultOf(name));
    this.renderRoot.querySelector<AskedField>(`[data-name="${names[0]}"]`)?.focus();
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent("closed"));
  }
}
