/** Asks for a replay of the city's own past: from when until when, what of it, and how fast. */
import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { Replay, ReplayWish } from "../api/replay-types";
import type { Layer } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { fieldText, fromField } from "../time/zoned";
import { freeName, HISTORY, SPEEDS } from "./replays";

const DAY_MS = 86_400_000;
const FIRST_SPEED = 600;

@customElement("history-form")
export class HistoryForm extends View {
  /** Those that there are: a second one needs a name of its own. */
  replays: readonly Replay[] = [];
  @state() private chosen: ReadonlySet<string> | null = null;
  @state() private fault: string | null = null;
  @query("[name=since]") private readonly since!: HTMLInputElement;
  @query("[name=until]") private readonly until!: HTMLInputElement;
  @query("[name=speed]") private readonly speed!: HTMLSelectElement;
  private opened = { since: "", until: "" };

  static override readonly styles = [
    controls,
    panelParts,
    css`
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.625rem 0.75rem;
        padding: 0.625rem 1.125rem 0.875rem;
        border-bottom: 1px solid var(--line);
      }

      .lead,
      .moment,
      fieldset,
      .notice {
        grid-column: 1 / -1;
      }

      .lead {
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        border: 0;
        padding: 0;
        margin: 0;
        font-size: 0.8125rem;
      }

      legend {
        padding: 0 0 0.25rem;
        color: var(--ink2);
        font-size: var(--t12);
      }

      fieldset label {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
      }

      .button {
        align-self: end;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    const zone = this.zone;
    const now = store.present();
    const minute = (at: number) => fieldText(new Date(at), zone).slice(0, 16);
    this.opened = { since: minute(now.getTime() - DAY_MS), until: minute(now.getTime()) };
  }

  protected override render() {
    const told = this.words.replay;
    const own = told.own;
    return html`<div class="section-head"><h2>${own.head}</h2></div>
      <form @submit=${this.ask}>
        <p class="lead">${own.lead}</p>
        ${this.moment("since", own.since)} ${this.moment("until", own.until)} ${this.what()}
        <label class="field">
          ${told.speed}
          <select name="speed">
            ${SPEEDS.map(
              (each) => html`<option value=${each} ?selected=${each === FIRST_SPEED}>${told.times(this.format.exact(each))}</option>`,
            )}
          </select>
        </label>
        <button class="button" type="submit">${own.start}</button>
        ${this.fault ? html`<p class="notice" role="alert">${this.fault}</p>` : nothing}
      </form>`;
  }

  private get zone(): string {
    return store.city?.timeZone ?? "UTC";
  }

  private moment(name: "since" | "until", label: string) {
    return html`<label class="field moment">
      ${label}
      <input name=${name} type="datetime-local" required .value=${this.opened[name]} />
    </label>`;
  }

  private what() {
    const own = this.words.replay.own;
    return html`<fieldset>
      <legend>${own.what}</legend>
      <label>
        <input type="checkbox" name="all" .checked=${this.chosen === null} @change=${this.chooseAll} />
        ${own.all}
      </label>
      ${this.chosen === null ? nothing : this.kinds().map((layer) => this.kind(layer))}
    </fieldset>`;
  }

  /** One layer for each type: two may show the same. */
  private kinds(): Layer[] {
    const layers = store.city?.layers ?? [];
    return layers.filter(({ type }, place) => layers.findIndex((other) => other.type === type) === place);
  }

  private kind(layer: Layer) {
    return html`<label>
      <input
        type="checkbox"
        .checked=${this.chosen?.has(layer.type) === true}
        @change=${(event: Event) => this.choose(layer.type, (event.target as HTMLInputElement).checked)}
      />
      ${this.text(layer.title)}
    </label>`;
  }

  private chooseAll(event: Event): void {
    this.chosen = (event.target as HTMLInputElement).checked ? null : new Set();
  }

  private choose(type: string, wanted: boolean): void {
    const chosen = new Set(this.chosen);
    if (wanted) chosen.add(type);
    else chosen.delete(type);
    this.chosen = chosen;
  }

  private ask(event: Event): void {
    event.preventDefault();
    const own = this.words.replay.own;
    const since = fromField(this.since.value, this.zone);
    const until = fromField(this.until.value, this.zone);
    if (!since || !until || since >= until || until > store.present()) {
      this.fault = own.badSpan;
      return;
    }
    if (this.chosen?.size === 0) {
      this.fault = own.nothing;
      return;
    }
    this.fault = null;
    const wish: ReplayWish = {
      recording: HISTORY,
      name: freeName(this.replays, HISTORY),
      speed: Number(this.speed.value),
      span: { since: since.toISOString(), until: until.toISOString(), types: [...(this.chosen ?? [])] },
    };
    this.dispatchEvent(new CustomEvent("wish", { detail: wish }));
  }
}
