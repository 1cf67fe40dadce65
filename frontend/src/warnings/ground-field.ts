/** Where a warning holds: areas by name first, else drawn on the map, else around the place of an incident. */
import { css, html, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { api } from "../api/client";
import type { Area } from "../api/types";
import type { Ground, Proof } from "../api/warning-types";
import "../calls/pick-box";
import type { Choice, PickBox } from "../calls/pick-box";
import { store } from "../live/store";
import { pen, type PenMode } from "../map/pen";
import { PenHold } from "../map/pen-hold";
import { controls } from "../theme/controls";
import type { DraftForm } from "./draft";
import { warningStyles } from "./warning-styles";
import { WarningView } from "./warning-view";

const MOST_NAMED = 12;

type Where = Pick<DraftForm, "areas" | "polygon" | "place" | "radiusKm" | "incident">;

@customElement("ground-field")
export class GroundField extends WarningView {
  @property({ attribute: false }) form!: DraftForm;
  @property({ attribute: false }) proof: Proof | null = null;
  @query("pick-box") private readonly box!: PickBox;

  private readonly hold = new PenHold(this, (drawn) => this.tell({ polygon: drawn as Ground, incident: "" }));

  static override readonly styles = [
    controls,
    warningStyles,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
      }

      .chosen {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
      }

      .two {
        display: grid;
        grid-template-columns: 1fr 6rem;
        gap: 0.625rem;
      }
    `,
  ];

  protected override render() {
    const { say, form } = this;
    const drawn = form.polygon !== null || form.incident !== "";
    return html`
      <pick-box .label=${say.area} .hint=${say.areaHint} .find=${this.find} @chosen=${this.add} @next=${() => this.box.focus()}></pick-box>
      ${form.areas.length ? html`<ul class="chosen">${form.areas.map((code) => this.chip(code))}</ul>` : nothing}
      <div class="acts">
        ${this.draws("polygon", say.draw)} ${this.draws("circle", say.circle)}
        ${form.polygon ? html`<button type="button" class="button" @click=${() => this.tell({ polygon: null, place: "" })}>${say.clearGround}</button>` : nothing}
      </div>
      ${drawn ? this.named() : nothing} ${this.touched()}
    `;
  }

  private draws(mode: PenMode, label: string) {
    return html`<button type="button" class="button" aria-pressed=${pen.mode === mode} @click=${() => this.hold.draw(mode)}>${label}</button>`;
  }

  private named() {
    const { say, form } = this;
    const round = form.polygon === null || form.polygon.type === "Point";
    return html`<div class=${round ? "two" : ""}>
      <label class="field">${say.placeName}<input maxlength="200" autocomplete="off" .value=${form.place} @input=${(event: Event) => this.tell({ place: text(event) })} /></label>
      ${round
        ? html`<label class="field">${say.radius}<input type="number" min="0.1" max="100" step="0.1" .value=${String(form.radiusKm)} @change=${this.reach} /></label>`
        : nothing}
    </div>`;
  }

  /** The kelurahan under a drawing: official names and codes say more than an outline. */
  private touched() {
    const touched = this.form.areas.length ? [] : (this.proof?.touched ?? []);
    if (!touched.length) return nothing;
    return html`<p class="small">${this.say.touched} ${touched.slice(0, MOST_NAMED).map(({ name }) => name).join(", ")}${touched.length > MOST_NAMED ? ` +${this.format.exact(touched.length - MOST_NAMED)}` : ""}
      <button type="button" class="button" @click=${() => this.tell({ areas: touched.map(({ code }) => code), polygon: null, incident: "", place: "" })}>
        ${this.say.useAreas}
      </button></p>`;
  }

  private chip(code: string) {
    const name = this.areaOf(code)?.name ?? code;
    return html`<li><button type="button" class="button" aria-label=${this.say.remove(name)} @click=${() => this.drop(code)}>${name} ×</button></li>`;
  }

  private areaOf(code: string): Area | undefined {
    return store.areas.find((area) => area.code === code);
  }

  private readonly find = async (words: string, signal: AbortSignal): Promise<Choice[]> => {
    const found = await api.searchOf(words, ["AdministrativeArea"], signal);
    return found.flatMap(({ id, name, typeTitle, area }) => {
      const known = store.areas.find((each) => each.id === id);
      if (!known || known.level === "rw" || this.form.areas.includes(known.code)) return [];
      return [{ key: known.code, name, detail: this.levelOf(known) || area || this.text(typeTitle) }];
    });
  };

  private levelOf(area: Area): string {
    const parent = this.areaOf(area.parent ?? "");
    return [area.level, area.level === "kelurahan" ? parent?.name : null].filter(Boolean).join(" · ");
  }

  private add(event: CustomEvent<Choice>): void {
    const { key } = event.detail;
    this.box.clear();
    // A named area says more than the circle around an incident.
    this.tell({ areas: [...this.form.areas, key], incident: "", polygon: this.form.polygon?.type === "Point" && this.form.incident ? null : this.form.polygon });
  }

  private drop(code: string): void {
    this.tell({ areas: this.form.areas.filter((each) => each !== code) });
    this.box.focus();
  }

  private readonly reach = (event: Event): void => {
    const radiusKm = Number(text(event));
    if (radiusKm > 0) this.tell({ radiusKm });
  };

  private tell(change: Partial<Where>): void {
    this.dispatchEvent(new CustomEvent("where", { detail: change }));
  }
}

function text(event: Event): string {
  return (event.target as HTMLInputElement).value;
}
