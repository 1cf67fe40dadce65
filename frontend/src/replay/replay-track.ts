/** The span of a replay as a slider: how much happened when, where the clock stands, and where to go. */
import { css, html, LitElement, svg } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Replay } from "../api/replay-types";
import { controls } from "../theme/controls";
import { momentAt, share } from "./replays";

const STEPS = 1000;

@customElement("replay-track")
export class ReplayTrack extends LitElement {
  @property({ attribute: false }) replay: Replay | null = null;
  @property({ attribute: false }) density: readonly number[] = [];
  /** Where the clock stands, in milliseconds. */
  @property({ type: Number }) moment = 0;
  @property() label = "";
  @property({ attribute: false }) told: (moment: string) => string = (moment) => moment;
  @property({ type: Boolean }) fixed = false;
  /** Where the reader drags to: nothing moves before he lets go. */
  @state() private wanted: number | null = null;

  static override readonly styles = [
    controls,
    css`
      :host {
        position: relative;
        display: block;
        min-width: 8rem;
      }

      svg {
        display: block;
        width: 100%;
        height: 1.25rem;
        fill: var(--ink3);
      }

      .gone {
        fill: var(--exercise);
      }

      input {
        display: block;
        width: 100%;
        height: 0.75rem;
        margin: 0;
        appearance: none;
        background: linear-gradient(var(--line), var(--line)) center / 100% 0.1875rem no-repeat;
        cursor: pointer;
      }

      input::-webkit-slider-thumb {
        appearance: none;
        width: 0.75rem;
        height: 0.75rem;
        border-radius: 50%;
        background: var(--exercise);
      }

      input::-moz-range-thumb {
        width: 0.75rem;
        height: 0.75rem;
        border: 0;
        border-radius: 50%;
        background: var(--exercise);
      }

      input:disabled {
        cursor: default;
      }

      output {
        position: absolute;
        bottom: 100%;
        padding: 0.125rem 0.5rem;
        border: 1px solid var(--line);
        border-radius: 0.25rem;
        background: var(--raised);
        font-size: var(--t12);
        line-height: 1rem;
        white-space: nowrap;
        transform: translateX(-50%);
      }
    `,
  ];

  protected override render() {
    const { replay } = this;
    if (!replay) return html``;
    const part = this.wanted ?? share(replay, this.moment);
    const at = this.told(momentAt(replay, part));
    return html`
      ${this.bars(part)}
      <input
        type="range"
        min="0"
        max=${STEPS}
        step="1"
        aria-label=${this.label}
        aria-valuetext=${at}
        ?disabled=${this.fixed}
        .value=${String(Math.round(part * STEPS))}
        @input=${(event: Event) => (this.wanted = Number((event.target as HTMLInputElement).value) / STEPS)}
        @change=${this.choose}
      />
      ${this.wanted === null ? "" : html`<output style="left:${part * 100}%">${at}</output>`}
    `;
  }

  private bars(part: number) {
    const most = Math.max(1, ...this.density);
    const width = 100 / Math.max(1, this.density.length);
    return html`<svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
      ${this.density.map((n, bar) => {
        const height = n ? Math.max(1, (20 * Math.sqrt(n)) / Math.sqrt(most)) : 0;
        const gone = (bar + 0.5) / this.density.length <= part;
        return svg`<rect class=${gone ? "gone" : ""} x=${bar * width} y=${20 - height} width=${width * 0.8} height=${height}></rect>`;
      })}
    </svg>`;
  }

  private choose(): void {
    if (this.replay && this.wanted !== null) {
      this.dispatchEvent(new CustomEvent("seek", { detail: momentAt(this.replay, this.wanted) }));
    }
    this.wanted = null;
  }
}
