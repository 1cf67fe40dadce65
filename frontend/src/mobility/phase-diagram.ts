/** What the lamps of each group showed, above what the plan would have shown; the right edge is now. */
import { css, html, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { controls } from "../theme/controls";
import { greenSeconds, type GroupSpans, type JunctionLive, placed, type Span } from "./junction-live";
import { MobilityView } from "./mobility-view";

/** Of the last minutes so many seconds are drawn: three usual cycles. */
const DRAWN_S = 240;
const EVERY_S = 60;

@customElement("phase-diagram")
export class PhaseDiagram extends MobilityView {
  @property({ attribute: false }) live!: JunctionLive;

  static override readonly styles = [
    controls,
    css`
      .chart {
        display: grid;
        grid-template-columns: minmax(3.5rem, max-content) 1fr;
        gap: 0.25rem 0.75rem;
        align-items: center;
        padding: 0.25rem 1.125rem 0.5rem;
      }

      .name {
        max-width: 7rem;
        font-size: var(--t12);
        line-height: 1rem;
        color: var(--ink2);
      }

      svg {
        display: block;
        width: 100%;
        height: 1.5rem;
        overflow: visible;
      }

      .ticks {
        height: 1rem;
        fill: var(--ink3);
        font: 400 0.6875rem/1 var(--text);
      }

      .grid,
      .now {
        stroke: var(--line);
      }

      .now {
        stroke: var(--ink);
        stroke-width: 2;
      }

      .green {
        fill: var(--safe);
      }

      .amber,
      .redAmber,
      .flashing {
        fill: var(--caution);
      }

      .red {
        fill: var(--danger);
      }

      .dark {
        fill: var(--ink3);
      }

      .plan {
        opacity: 0.6;
      }

      .key {
        display: flex;
        flex-wrap: wrap;
        gap: 0.125rem 1rem;
        padding: 0 1.125rem 0.5rem;
      }

      .key svg {
        display: inline-block;
        width: 1.25rem;
        height: 0.75rem;
        vertical-align: -0.125rem;
      }
    `,
  ];

  protected override render() {
    const { live, say } = this;
    return html`<div class="chart">
        ${live.groups.map(({ id, name }) => this.group(name, this.of(live.actual, id), this.of(live.planned, id)))}
        <span></span>
        ${this.ticks()}
      </div>
      <p class="key small" aria-hidden="true">
        <span>${this.key(svg`<rect class="green" y="1" width="20" height="10"/>`)} ${say.aspects.green}</span>
        <span>${this.key(svg`<rect class="amber" y="3.500" width="20" height="5"/>`)} ${say.aspects.amber}</span>
        <span>${this.key(svg`<rect class="red" y="5" width="20" height="2"/>`)} ${say.aspects.red}</span>
        <span>${this.key(svg`<rect class="green plan" y="4" width="20" height="4"/>`)} ${say.junction.byPlan}</span>
      </p>`;
  }

  private of(all: readonly GroupSpans[], id: string): readonly Span[] {
    return all.find(({ group }) => group === id)?.spans ?? [];
  }

  private group(name: string, actual: readonly Span[], planned: readonly Span[]) {
    const told = this.say.junction.greens(name, String(greenSeconds(actual, DRAWN_S)), String(greenSeconds(planned, DRAWN_S)), String(DRAWN_S));
    return html`<span class="name cut-off" aria-hidden="true">${name}</span>
      <svg role="img" aria-label=${told}>
        ${this.minutes().map((x) => svg`<line class="grid" x1="${x}%" x2="${x}%" y1="-2" y2="26"/>`)}
        ${actual.map((span) => this.span(span, 0, false))} ${planned.map((span) => this.span(span, 16, true))}
        <line class="now" x1="100%" x2="100%" y1="-2" y2="26" />
      </svg>`;
  }

  /** Green is the whole height, amber half of it, red a line: the shapes are told apart without colour. */
  private span(span: Span, top: number, plan: boolean) {
    const at = placed(span, DRAWN_S);
    if (!at) return svg``;
    const whole = plan ? 6 : 13;
    const height = span.aspect === "green" ? whole : span.aspect === "red" ? (plan ? 1 : 2) : whole / 2;
    return svg`<rect class="${span.aspect} ${plan ? "plan" : ""}" x="${at.x}%" width="${at.width}%" y=${top + (whole - height) / 2} height=${height}/>`;
  }

  private minutes(): number[] {
    return Array.from({ length: DRAWN_S / EVERY_S }, (_, minute) => (100 * minute * EVERY_S) / DRAWN_S);
  }

  private ticks() {
    return html`<svg class="ticks" aria-hidden="true">
      ${this.minutes().slice(0, -1).map((x, index) => svg`<text x="${x}%" y="11">${this.say.junction.ago(this.format.glance(DRAWN_S / EVERY_S - index))}</text>`)}
      <text x="100%" y="11" text-anchor="end">${this.say.junction.now}</text>
    </svg>`;
  }

  private key(shape: unknown) {
    return html`<svg viewBox="0 0 20 12">${shape}</svg>`;
  }
}
