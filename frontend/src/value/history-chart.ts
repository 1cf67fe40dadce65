/** A line of a value over time. Gaps are gaps. Loaded only when a history has more than one point. */
import { css, html, nothing, unsafeCSS } from "lit";
import { customElement, property } from "lit/decorators.js";
import type uPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import type { History, Source } from "../api/types";
import { controls } from "../theme/controls";
import { copyOf, savePicture } from "../time/picture";
import { markOf, sourceLine, titleOf } from "../time/picture-caption";
import { lateCount, readSeries, type Series } from "./series";
import { TimeChart, token, UNSEEN } from "./time-chart";

@customElement("history-chart")
export class HistoryChart extends TimeChart {
  @property({ attribute: false }) history!: History;
  /** Seconds between two values of its source, where that is known: a longer silence is a gap. */
  @property({ attribute: false }) period: number | null = null;
  /** The card of its source, for the picture. */
  @property({ attribute: false }) source: Source | null = null;

  protected override readonly height = 150;

  static override readonly styles = [
    unsafeCSS(plotStyles),
    controls,
    css`
      figure {
        padding: 0.5rem 0.5rem 0;
      }

      .note {
        padding: 0 1.125rem 0.25rem;
        color: var(--ink2);
        font-size: var(--t12);
        line-height: 1rem;
      }
    `,
  ];

  protected override render() {
    const late = lateCount(this.series());
    return html`<figure aria-hidden="true"></figure>
      ${late > 0 ? html`<p class="note">${this.words.time.late(this.format.exact(late))}</p>` : nothing}
      ${this.history.hourly.length > 0 ? html`<p class="note">${this.words.time.hourly}</p>` : nothing}
      <p class="note"><button class="button" @click=${this.picture}>${this.words.time.chartPicture}</button></p>`;
  }

  protected override contents(): string {
    return `${this.history.points.length} ${this.history.points.at(-1)?.[0]}`;
  }

  protected override columns(): uPlot.AlignedData {
    return this.series();
  }

  private series(): Series {
    return readSeries(this.history, this.period);
  }

  /** The chart as it is drawn now, with what it shows and whence, as a PNG. */
  private async picture(): Promise<void> {
    if (!this.plot) return;
    const unit = this.text(this.history.unitText);
    const title = [this.text(this.history.label), unit && `(${unit})`].filter(Boolean).join(" ");
    const late = lateCount(this.series());
    const lines = [
      titleOf(this.words, this.format),
      ...(late > 0 ? [this.words.time.late(this.format.exact(late))] : []),
      ...(this.history.hourly.length > 0 ? [this.words.time.hourly] : []),
      sourceLine(this.source ? [this.source] : [], this.words, (text) => this.text(text)),
    ];
    await savePicture(copyOf(this.plot.ctx.canvas), { title, mark: markOf(this.words, this.format), legend: [], lines }, "chart");
  }

  protected override drawing() {
    const accent = token("--accent");
    return {
      cursor: { y: false },
      bands: [{ series: [4, 3] as [number, number], fill: `${accent}33` }],
      series: [
        {},
        { stroke: accent, width: 1.5, spanGaps: false, points: { show: true, size: 5, fill: accent } },
        { stroke: "transparent", points: { show: true, size: 9, width: 2, stroke: token("--caution"), fill: token("--surface") } },
        UNSEEN,
        UNSEEN,
      ],
    };
  }
}
