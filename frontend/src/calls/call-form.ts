/** The form of a call taker: filled by keys alone, from top to bottom, saved by one chord; no field has to be clicked. */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { api } from "../api/client";
import { type CallCategory, type CallInHand, type CallKind, calls, type Likeness } from "../api/calls";
import { RunningView } from "../frame/running-view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { categoryOf, findCategories } from "./categories";
import "./pick-box";
import type { Choice, PickBox } from "./pick-box";
import { waited } from "./waited";

const LANGUAGES = ["id", "mak", "bug", "en", "ja", "other"] as const;
const OUTRIGHT: Record<string, CallKind> = { F2: "information", F4: "prank", F8: "silent", F9: "abandoned" };

@customElement("call-form")
export class CallForm extends RunningView {
  @property({ attribute: false }) call!: CallInHand;
  @property({ attribute: false }) categories: readonly CallCategory[] = [];
  @state() private alike: readonly Likeness[] = [];
  @state() private same: string | null = null;
  @state() private busy = false;
  @state() private refusal: string | null = null;
  @query("#category") private readonly category!: PickBox;
  @query("#place") private readonly place!: PickBox;
  @query("form") private readonly form!: HTMLFormElement;

  private asking: AbortController | null = null;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      form {
        display: grid;
        gap: 0.625rem;
        padding: 0.75rem 1.125rem 1rem;
        border-bottom: 1px solid var(--line);
      }

      .head {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
      }

      .clock {
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .two {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 0.625rem;
      }

      .three {
        display: grid;
        grid-template-columns: 4.5rem 1fr 1fr;
        gap: 0.625rem;
      }

      .alike {
        display: grid;
        gap: 0.25rem;
      }

      .alike button {
        display: flex;
        justify-content: space-between;
        gap: 0.75rem;
        padding: 0.3125rem 0.625rem;
        border: 1px solid var(--line);
        border-radius: 0.375rem;
        font-size: 0.8125rem;
      }

      .alike button[aria-pressed="true"] {
        border-color: var(--accent);
        background: color-mix(in srgb, var(--accent) 12%, transparent);
      }

      .ends {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];

  protected override async updated(changed: PropertyValues): Promise<void> {
    if (!changed.has("call") || changed.get("call")?.key === this.call.key) return;
    await this.category.updateComplete;
    this.category.focus();
  }

  protected override render() {
    const words = this.words.calls;
    return html`<form @submit=${(event: Event) => event.preventDefault()} @keydown=${this.key} autocomplete="off" aria-label=${words.form}>
      <div class="head">
        <h2>${words.form}</h2>
        <span class="clock" role="timer">${waited(this.call.answeredAt ?? this.call.rangAt, store.clock())}</span>
      </div>
      ${this.known()}
      <pick-box
        id="category"
        .label=${words.category}
        .hint=${words.categoryHint}
        .find=${(typed: string) => Promise.resolve(findCategories(typed, this.categories, (text) => this.text(text)))}
        @chosen=${this.look}
        @next=${() => this.place.focus()}
      ></pick-box>
      <pick-box
        id="place"
        .label=${words.place}
        .hint=${words.placeHint}
        .find=${this.places}
        @chosen=${this.look}
        @next=${() => this.to("spot")}
      ></pick-box>
      ${this.likenesses()}
      <label class="field">${words.spot}<input name="spot" maxlength="300" @keydown=${this.onward("said")} /></label>
      <label class="field">${words.said}<input name="said" maxlength="4000" @keydown=${this.onward("injured")} /></label>
      <div class="three">
        <label class="field">${words.injured}<input name="injured" inputmode="numeric" pattern="[0-9]*" maxlength="4" @keydown=${this.onward("number")} /></label>
        <label class="field">
          ${words.number}<input name="number" inputmode="tel" maxlength="30" .value=${this.call.number} @keydown=${this.onward("caller")} />
        </label>
        <label class="field">${words.caller}<input name="caller" maxlength="120" @keydown=${this.onward("language")} /></label>
      </div>
      <label class="field">
        ${words.language}
        <select name="language" @keydown=${this.onward("save")}>
          ${LANGUAGES.map((code) => html`<option value=${code}>${words.languages[code]}</option>`)}
        </select>
      </label>
      ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing}
      <button id="save" class="button primary" ?disabled=${this.busy} @click=${() => this.save("emergency")}>${words.saveEmergency}</button>
      <div class="ends">
        ${Object.entries(OUTRIGHT).map(
          ([key, kind]) =>
            html`<button class="button" type="button" aria-keyshortcuts=${key} ?disabled=${this.busy} @click=${() => this.save(kind)}>
              ${words.kinds[kind]} <kbd>${key}</kbd>
            </button>`,
        )}
      </div>
      <p class="small">${words.keys}</p>
    </form>`;
  }

  /** What is known of the line before a word is said. */
  private known() {
    const words = this.words.calls;
    const { earlier, score, reasons } = this.call;
    const told = reasons.map((reason) => this.text(reason)).join(" · ") || (earlier.length ? "" : words.noHistory);
    const open = earlier.find((call) => call.open);
    return html`<p class="small">
      ${earlier.length ? `${words.earlier(this.format.exact(earlier.length))}${open ? `, ${words.stillOpen}` : ""} · ` : nothing}
      ${words.score(this.format.exact(score))}${told ? ` · ${told}` : ""}
    </p>`;
  }

  private likenesses() {
    if (this.alike.length === 0) return nothing;
    const words = this.words.calls;
    return html`<div class="alike" role="group" aria-label=${words.alike}>
      <span class="small">${words.alike} <kbd>F6</kbd></span>
      ${this.alike.map(
        ({ incident, metres }) =>
          html`<button
            type="button"
            aria-pressed=${this.same === incident.id}
            @click=${() => (this.same = this.same === incident.id ? null : incident.id)}
          >
            <span class="cut-off">${this.text(incident.title)}</span>
            <span>${metres === null ? "" : this.format.distance(metres)} · ${this.format.hour(incident.raisedAt)}</span>
          </button>`,
      )}
    </div>`;
  }

  private readonly places = async (typed: string, signal: AbortSignal): Promise<Choice[]> => {
    const found = await api.search(typed, signal);
    return found.map(({ id, name, typeTitle, area }) => ({
      key: id,
      name,
      detail: [this.text(typeTitle), area].filter(Boolean).join(" · "),
    }));
  };

  private async look(): Promise<void> {
    const { category } = categoryOf(this.category.chosen?.key ?? "");
    if (!category) return;
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const answer = await calls.like(category, this.place.chosen?.key ?? null, signal).catch(() => null);
    if (!signal.aborted && answer) this.alike = answer.alike;
  }

  private onward(next: string) {
    return (event: KeyboardEvent) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.to(next);
    };
  }

  private to(name: string): void {
    this.renderRoot.querySelector<HTMLElement>(name === "save" ? "#save" : `[name="${name}"]`)?.focus();
  }

  private key(event: KeyboardEvent): void {
    const outright = OUTRIGHT[event.key];
    if (event.key === "F6") {
      event.preventDefault();
      this.nextAlike();
    } else if (outright) {
      event.preventDefault();
      void this.save(outright);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void this.save("emergency");
    }
  }

  /** F6: the first that it may be about, the next one, none. */
  private nextAlike(): void {
    const ids = [...this.alike.map(({ incident }) => incident.id), null];
    this.same = ids[(ids.indexOf(this.same) + 1) % ids.length] ?? null;
  }

  private async save(kind: CallKind): Promise<void> {
    if (this.busy) return;
    this.refusal = null;
    const [category, place] = await Promise.all([this.category.settle(), this.place.settle()]);
    const given = new FormData(this.form);
    const word = (name: string) => String(given.get(name) ?? "").trim();
    if (kind === "emergency" && !this.same) {
      if (!category) return this.lacks(this.words.calls.needCategory, () => this.category.focus());
      if (!place && !word("spot")) return this.lacks(this.words.calls.needPlace, () => this.place.focus());
    }
    this.busy = true;
    try {
      const { incident } = await calls.save(this.call.key, {
        kind,
        ...categoryOf(category?.key ?? ""),
        place: place?.key ?? null,
        spot: word("spot"),
        said: word("said"),
        injured: Number(word("injured")) || 0,
        number: word("number"),
        caller: word("caller"),
        language: word("language"),
        incident: kind === "emergency" ? this.same : null,
      });
      this.dispatchEvent(new CustomEvent("saved", { detail: { kind, incident } }));
      if (incident) screenState.openIncident(incident);
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
    this.busy = false;
  }

  private lacks(what: string, then: () => void): void {
    this.refusal = what;
    then();
  }
}
