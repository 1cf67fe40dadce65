/** The scrubber along the bottom: where something happened, which moment is shown, and how to get to another. */
import { css, html, nothing, svg } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { api } from "../api/client";
import type { Timeline } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { setStyle } from "../theme/set-style";
import { BUCKETS, heights, holds, type Reach, reachAround, share, type Span, SPANS, stepped } from "./reach";
import { fieldText, fromField } from "./zoned";

/** Seconds of the city in one of ours. */
const SPEEDS = [60, 600, 3_600, 21_600, 86_400] as const;
const TICK_MS = 250;
/** Counts are read again no sooner. */
const OLD_MS = 60_000;

@customElement("time-scrubber")
export class TimeScrubber extends View {
  @state() private timeline: Timeline | null = null;
  @state() private failed = false;
  @state() private span: Span = "all";
  @state() private speed: number = 3_600;
  @state() private playing = false;
  @query(".track") private readonly track!: HTMLElement;

  private readFor = "";
  private whole: Reach | null = null;
  private timer = 0;

  static override readonly styles = [
    controls,
    css`
      section {
        display: grid;
        gap: 0.375rem;
        padding: 0.5rem 1.125rem 0.625rem;
        border-top: 1px solid var(--line);
        background: var(--surface);
      }

      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 0.75rem;
        font-size: 0.8125rem;
      }

      .tools label {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
        color: var(--ink2);
      }

      select,
      input {
        padding: 0.1875rem 0.375rem;
        border: 1px solid var(--edge);
        border-radius: 0.375rem;
        background: var(--bg);
        color: var(--ink);
      }

      .grow {
        flex: 1;
      }

      .track {
        position: relative;
        height: 2.5rem;
        border-radius: 0.25rem;
        background: var(--bg);
        border: 1px solid var(--line);
        cursor: pointer;
        touch-action: none;
      }

      svg {
        display: block;
        width: 100%;
        height: 100%;
      }

      rect {
        fill: var(--ink3);
      }

      .thumb,
      .second {
        position: absolute;
        top: -0.25rem;
        bottom: -0.25rem;
        width: 3px;
        margin-left: -1.5px;
        background: var(--accent);
      }

      .thumb::after {
        content: "";
        position: absolute;
        left: 50%;
        top: -0.125rem;
        width: 0.75rem;
        height: 0.75rem;
        transform: translateX(-50%) rotate(45deg);
        background: var(--accent);
      }

      .second {
        width: 0;
        border-left: 2px dashed var(--ink);
        background: none;
      }

      .ends {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        color: var(--ink2);
        font-size: var(--t12);
        line-height: 1rem;
      }

      .phone .roomy,
      .phone .grow {
        display: none;
      }

      [aria-pressed="true"] {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
    `,
  ];

  override disconnectedCallback(): void {
    this.pause();
    super.disconnectedCallback();
  }

  protected override willUpdate(): void {
    if (store.phase !== "ready") return;
    if (screenState.state.at === null && this.playing) this.pause();
    void this.read();
  }

  /** The counts of the stretch that is wanted; read again when the moment leaves it. */
  private async read(): Promise<void> {
    const known = screenState.state.known ?? "then";
    const shown = this.reach();
    const stays = this.readFor.startsWith(`${known} ${this.span} `) && shown && holds(shown, this.at()) && !this.isOld(shown) && !this.failed;
    if (stays || (this.readFor.endsWith("…") && this.readFor.startsWith(`${known} ${this.span} `))) return;
    const reach = this.whole && this.span !== "all" ? reachAround(this.at(), this.span, { ...this.whole, to: store.present().getTime() }) : null;
    this.readFor = `${known} ${this.span} …`;
    try {
      const [from, to] = reach ? [new Date(reach.from).toISOString(), new Date(reach.to).toISOString()] : [null, null];
      this.timeline = await api.timeline(known, from, to, BUCKETS);
      if (!reach) this.whole = this.reach();
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.readFor = `${known} ${this.span} read`;
  }

  /** The stretch on the scrubber. One that reached to now when it was read goes on with the clock. */
  private reach(): Reach | null {
    if (!this.timeline) return null;
    const [from, to, read] = [this.timeline.from, this.timeline.to, this.timeline.now].map(Date.parse) as [number, number, number];
    return { from, to: to >= read ? Math.max(to, store.present().getTime()) : to };
  }

  /** Whether the clock has gone on by more than two bars since the counts were read. */
  private isOld(reach: Reach): boolean {
    const to = Date.parse(this.timeline?.to ?? "");
    return reach.to - to > (2 * (to - reach.from)) / BUCKETS && reach.to - to > OLD_MS;
  }

  private at(): number {
    const { at } = screenState.state;
    return at === null ? store.present().getTime() : Date.parse(at);
  }

  protected override render() {
    const words = this.words.time;
    const reach = this.reach();
    return html`<section class=${screenState.mode} aria-label=${words.scrubber}>
      <div class="tools">
        <button class="button" aria-pressed=${this.playing} ?disabled=${!reach} @click=${this.toggle}>
          ${this.playing ? words.pause : words.play}
        </button>
        <label class="roomy">${words.speed} ${this.speeds()}</label>
        <label class="roomy">${words.span} ${this.spans()}</label>
        <label>${words.moment} ${this.field(this.at(), (at) => this.go(at))}</label>
        <span class="grow"></span>
        ${this.knownChoice()}
        <button class="button" aria-pressed=${screenState.state.with !== null} @click=${this.compare}>${words.compare}</button>
      </div>
      ${reach ? this.bar(reach) : html`<p aria-busy="true">${this.failed ? this.words.serverSilent : this.words.loading}</p>`}
    </section>`;
  }

  private bar(reach: Reach) {
    const words = this.words.time;
    const at = Math.min(reach.to, Math.max(reach.from, this.at()));
    const second = screenState.state.with;
    const told = this.format.moment(new Date(at));
    return html`<div
        class="track"
        role="slider"
        tabindex="0"
        aria-label=${words.moment}
        aria-orientation="horizontal"
        aria-valuemin=${Math.round(reach.from / 1000)}
        aria-valuemax=${Math.round(reach.to / 1000)}
        aria-valuenow=${Math.round(at / 1000)}
        aria-valuetext=${screenState.state.at === null ? `${told}, ${words.present}` : told}
        @keydown=${this.key}
        @pointerdown=${this.grab}
        @pointermove=${this.drag}
      >
        ${this.bars()}
        <div class="thumb" style=${setStyle({ left: `${100 * share(reach, at)}%` })}></div>
        ${second && holds(reach, Date.parse(second))
          ? html`<div class="second" style=${setStyle({ left: `${100 * share(reach, Date.parse(second))}%` })}></div>`
          : nothing}
      </div>
      <div class="ends">
        <span>${this.format.moment(new Date(reach.from))}</span>
        <span>${this.estimate()}</span>
        <span>${this.format.moment(new Date(reach.to))}</span>
      </div>`;
  }

  private bars() {
    const tall = heights(this.timeline?.buckets ?? []);
    return html`<svg viewBox="0 0 ${tall.length} 1" preserveAspectRatio="none" aria-hidden="true">
      ${tall.map((height, index) => svg`<rect x=${index + 0.1} y=${1 - height} width="0.8" height=${height}></rect>`)}
    </svg>`;
  }

  /** How many changes there are, and whether they were all counted. */
  private estimate(): string {
    const { timeline } = this;
    if (!timeline) return "";
    const total = timeline.buckets.reduce((sum, bucket) => sum + Object.values(bucket).reduce((a, b) => a + b, 0), 0);
    const told = this.words.time.changes(this.format.exact(total));
    if (timeline.read >= timeline.entities) return told;
    return `${told} (${this.words.time.estimated(this.format.exact(timeline.read), this.format.exact(timeline.entities))})`;
  }

  private speeds() {
    const words = this.words.time.speeds;
    return html`<select @change=${(event: Event) => (this.speed = Number((event.target as HTMLSelectElement).value))}>
      ${SPEEDS.map((speed, index) => html`<option value=${speed} ?selected=${speed === this.speed}>${Object.values(words)[index]}</option>`)}
    </select>`;
  }

  private spans() {
    const words = this.words.time.spans;
    return html`<select @change=${(event: Event) => (this.span = (event.target as HTMLSelectElement).value as Span)}>
      ${(Object.keys(SPANS) as Span[]).map((span) => html`<option value=${span} ?selected=${span === this.span}>${words[span]}</option>`)}
    </select>`;
  }

  private field(at: number, chosen: (at: number) => void) {
    const zone = store.city?.timeZone ?? "UTC";
    return html`<input
      type="datetime-local"
      step="1"
      .value=${fieldText(new Date(at), zone)}
      @change=${(event: Event) => {
        const moment = fromField((event.target as HTMLInputElement).value, zone);
        if (moment) chosen(moment.getTime());
      }}
    />`;
  }

  private knownChoice() {
    const words = this.words.time;
    const now = screenState.state.known === "now";
    const choice = (known: "now" | null, word: string) => html`<button
      class="button"
      aria-pressed=${now === (known === "now")}
      @click=${() => screenState.adjust({ known })}
    >
      ${word}
    </button>`;
    return html`<span role="group" aria-label=${words.knowledge}>${choice(null, words.asThen)} ${choice("now", words.asNow)}</span>`;
  }

  /** Shows a moment; beyond now there is only the present. */
  private go(at: number): void {
    const now = store.present().getTime();
    const wish = at >= now - 500 ? null : new Date(Math.round(at)).toISOString();
    if (screenState.state.at === null && wish !== null) screenState.go({ at: wish });
    else screenState.adjust({ at: wish });
  }

  private key(event: KeyboardEvent): void {
    const reach = this.reach();
    const at = reach && stepped(event.key, event.shiftKey, this.at(), { ...reach, to: Math.min(reach.to, store.present().getTime()) });
    if (at === null) return;
    event.preventDefault();
    this.pause();
    this.go(at);
  }

  private grab(event: PointerEvent): void {
    this.pause();
    this.track.setPointerCapture(event.pointerId);
    this.follow(event);
  }

  private drag(event: PointerEvent): void {
    if (this.track.hasPointerCapture(event.pointerId)) this.follow(event);
  }

  private follow(event: PointerEvent): void {
    const reach = this.reach();
    const box = this.track.getBoundingClientRect();
    if (reach) this.go(reach.from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * (reach.to - reach.from));
  }

  private toggle(): void {
    if (this.playing) return this.pause();
    const reach = this.reach();
    if (screenState.state.at === null && reach) this.go(reach.from);
    this.playing = true;
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
  }

  private pause(): void {
    this.playing = false;
    window.clearInterval(this.timer);
  }

  /** The next picture begins when the last one is on the screen: slow machines skip no moment, they go slower. */
  private tick(): void {
    if (store.looking) return;
    this.go(this.at() + this.speed * TICK_MS);
    if (screenState.state.at === null) this.pause();
  }

  private compare(): void {
    const { with: second } = screenState.state;
    if (second !== null) return screenState.adjust({ with: null });
    screenState.go({ page: "time", with: new Date(this.at()).toISOString() });
  }
}
