/** A value with all that makes it trustworthy: figure, unit, method, provider, time, age, flags. Selecting it opens its drawer. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import type { Value } from "../api/types";
import { shortTime } from "../format/period";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { store } from "../live/store";
import { ticker } from "../live/ticker";
import { screenState } from "../screen/screen";
import { ailingInput } from "../sources/ailing";
import "../sources/ailing-mark";
import { controls } from "../theme/controls";
import "../why/why-link";
import "./method-mark";
import { ageOf } from "./age";
import { ageText, figure, providerName, spoken, unitText } from "./words";

@customElement("value-view")
export class ValueView extends View {
  @property({ attribute: false }) value!: Value;
  /** Address of the drawer that this value opens. */
  @property() address = "";
  @property({ type: Number }) of: number | null = null;
  @property({ reflect: true }) look: "tile" | "row" | "cell" = "tile";

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
        position: relative;
        min-width: 0;
      }

      why-link {
        position: absolute;
        right: 0.8125rem;
        bottom: 0.5625rem;
      }

      :host([look="row"]) why-link {
        bottom: 0.3125rem;
      }

      button {
        display: grid;
        width: 100%;
        height: 100%;
        align-content: start;
        padding: 0.75rem 1.125rem 0.8125rem;
        gap: 0.25rem;
        transition: background 120ms;
      }

      button:hover,
      button[aria-expanded="true"] {
        background: color-mix(in srgb, var(--accent) 7%, transparent);
      }

      button:focus-visible {
        outline-offset: -2px;
      }

      .label {
        font: 500 var(--t12) / 1rem var(--text);
        color: var(--ink2);
      }

      .figure {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.375rem;
        min-width: 0;
      }

      .figure b {
        font: 500 1.6875rem/2rem var(--text);
        letter-spacing: -0.01em;
      }

      .unit {
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .asides {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.125rem 0.5rem;
        font-size: var(--t12);
        line-height: 1rem;
        color: var(--ink3);
        min-width: 0;
        padding-right: 1.5rem;
      }

      .origin {
        display: flex;
        align-items: center;
        gap: 0.375rem;
        min-width: 0;
        max-width: 100%;
      }

      .when {
        flex: none;
      }

      :host([look="tile"]) .origin,
      :host([look="tile"]) .flag {
        flex-basis: 100%;
      }

      .aside {
        display: inline-flex;
        align-items: center;
        gap: 0.1875rem;
        color: var(--ink2);
        min-width: 0;
      }

      .aside svg {
        flex: none;
      }

      .flag {
        max-width: 100%;
      }

      .flag svg {
        color: var(--caution);
      }

      .dead b {
        text-decoration: line-through;
        text-decoration-thickness: 0.08em;
        background: repeating-linear-gradient(135deg, transparent 0 4px, var(--line) 4px 5px);
      }

      .null b {
        color: var(--ink3);
      }

      :host([look="row"]) button {
        padding: 0.5625rem 1.125rem;
        gap: 0.0625rem;
        border-bottom: 1px solid var(--line);
      }

      :host([look="row"]) .head {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 1rem;
      }

      :host([look="row"]) .label {
        font: 400 0.875rem/1.25rem var(--text);
        flex: none;
        max-width: 55%;
      }

      :host([look="row"]) .figure {
        justify-content: flex-end;
        text-align: right;
        overflow-wrap: anywhere;
      }

      :host([look="row"]) .figure b {
        font: 500 0.875rem/1.25rem var(--text);
        letter-spacing: 0;
      }

      :host([look="cell"]) button {
        display: flex;
        justify-content: flex-end;
        align-items: center;
        padding: 0.5rem 0.75rem;
        gap: 0.375rem;
        text-align: right;
      }

      :host([look="cell"]) .label,
      :host([look="cell"]) .origin > .cut-off,
      :host([look="cell"]) .when,
      :host([look="cell"]) .flag .cut-off {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
      }

      :host([look="cell"]) .figure {
        justify-content: flex-end;
      }

      :host([look="cell"]) .asides {
        flex: none;
        flex-wrap: nowrap;
        padding: 0;
      }

      :host([look="cell"]) .head {
        min-width: 0;
      }

      :host([look="cell"]) .figure b {
        font: 500 0.875rem/1.25rem var(--text);
        letter-spacing: 0;
      }

      :host([look="tile"]) .head {
        display: grid;
        gap: 0.25rem;
      }
    `,
  ];

  private readonly older = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    ticker.join(this.older);
  }

  override disconnectedCallback(): void {
    ticker.leave(this.older);
    super.disconnectedCallback();
  }

  protected override render() {
    const { value, words, format } = this;
    const open = screenState.state.value === this.address;
    const sources = store.city?.sources ?? [];
    return html`<button
      class=${classMap({ dead: ageOf(value, store.clock()).state === "dead", null: value.value === null })}
      aria-expanded=${open}
      aria-haspopup="dialog"
      aria-label=${spoken(value, sources, words, format)}
      data-method=${value.method ?? "unstated"}
      data-provider=${value.provider ?? (value.providers?.join(" ") || value.writtenBy || "")}
      @click=${this.open}
    >
      <span class="head">
        <span class="label">${this.text(value.label)}</span>
        <span class="figure">
          <b>${figure(value, words, format)}</b>
          ${this.unit()}
        </span>
      </span>
      <span class="asides">
        <span class="origin">
          <method-mark .method=${value.method}></method-mark>
          <span class="cut-off">${providerName(value, sources, words, format)}</span>
        </span>
        <span class="when">${shortTime(value, words, format)}</span>
        ${this.age()} ${this.source()} ${this.doubts()}
      </span>
    </button>
    ${this.question()}`;
  }

  /** A cell asks in its drawer: there is no room for a sign in each. */
  private question() {
    if (this.look === "cell") return nothing;
    const { value } = this;
    return html`<why-link .address=${this.address} .label=${this.text(value.label)} .number=${typeof value.value === "number"}></why-link>`;
  }

  private unit() {
    const total = this.of === null ? "" : this.words.ofTotal(this.format.glance(this.of));
    const unit = [unitText(this.value, this.format), total].filter(Boolean).join(" ");
    return unit ? html`<span class="unit">${unit}</span>` : nothing;
  }

  private age() {
    const { state, seconds } = ageOf(this.value, store.clock());
    if ((state !== "late" && state !== "dead") || seconds === null) return nothing;
    const word = state === "dead" ? `${this.words.dead.split(":")[0] ?? ""} · ` : "";
    return html`<span class="aside">${icon("clock", 13)} ${word}${ageText(seconds, this.words, this.format)}</span>`;
  }

  /** Says when a source that it rests upon does not deliver. */
  private source() {
    const ailing = ailingInput(store.now, this.value);
    return ailing ? html`<ailing-mark .source=${ailing}></ailing-mark>` : nothing;
  }

  private doubts() {
    const [first, ...others] = this.value.flags;
    if (!first) return nothing;
    const text = others.length ? this.words.flags(this.value.flags.length) : this.text(first.text);
    return html`<span class="aside flag" title=${this.value.flags.map((flag) => this.text(flag.text)).join("\n")}>
      ${icon("flag", 13)} <span class="cut-off">${text}</span>
    </span>`;
  }

  private open(): void {
    screenState.adjust({ value: this.address });
  }
}
