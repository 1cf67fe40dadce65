/** A line of a value over time. Gaps are gaps. Loaded only when a history has more than one point. */
import { css, html, nothing, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import uPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import type { History, Source } from "../api/types";
import { View } from "../frame/view";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { copyOf, savePicture } from "../time/picture";
import { markOf, sourceLine, titleOf } from "../time/picture-caption";
import { lateCount, readSeries, type Series } from "./series";

const HEIGHT = 150;
/** Charts of less than three days tell hours. */
const SHORT_S = 259_200;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

@customElement("history-chart")
export class HistoryChart extends View {
  @property({ attribute: false }) history!: History;
  /** Seconds between two values of its source, where that is known: a longer silence is a gap. */
  @property({ attribute: false }) period: number | null = null;
  /** The card of its source, for the picture. */
  @property({ attribute: false }) source: Source | null = null;
  @query("figure") private readonly figure!: HTMLElement;

  private plot: uPlot | null = null;
  private drawn = "";
  private readonly resized = new ResizeObserver(() => this.fit());

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

  override disconnectedCallback(): void {
    this.resized.disconnect();
    this.plot?.destroy();
    this.plot = null;
    this.drawn = "";
    super.disconnectedCallback();
  }

  protected override render() {
    const late = lateCount(this.series());
    return html`<figure aria-hidden="true"></figure>
      ${late > 0 ? html`<p class="note">${this.words.time.late(this.format.exact(late))}</p>` : nothing}
      ${this.history.hourly.length > 0 ? html`<p class="note">${this.words.time.hourly}</p>` : nothing}
      <p class="note"><button class="button" @click=${this.picture}>${this.words.time.chartPicture}</button></p>`;
  }

  protected override updated(): void {
    const key = `${screenState.theme} ${screenState.language} ${this.history.points.length} ${this.history.points.at(-1)?.[0]}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), this.series(), this.figure);
    this.resized.observe(this);
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

  private fit(): void {
    const width = this.figure.clientWidth - 16;
    if (width > 0) this.plot?.setSize({ width, height: HEIGHT });
  }

  private options(): uPlot.Options {
    const axis: uPlot.Axis = {
      stroke: token("--ink3"),
      grid: { stroke: token("--line"), width: 1 },
      ticks: { show: false },
      font: `12px "IBM Plex Sans", "IBM Plex Sans JP"`,
    };
    const [times] = this.series();
    const short = (times.at(-1) ?? 0) - (times[0] ?? 0) < SHORT_S;
    const time = (seconds: number) => {
      const at = new Date(seconds * 1000);
      return short ? this.format.hour(at) : this.format.day(at);
    };
    const accent = token("--accent");
    const unseen: uPlot.Series = { stroke: "transparent", points: { show: false }, spanGaps: false };
    return {
      width: Math.max(this.clientWidth - 16, 200),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false },
      scales: { x: { time: true } },
      axes: [
        { ...axis, space: 90, values: (_plot, splits) => splits.map(time) },
        { ...axis, size: 60, values: (_plot, splits) => splits.map((value) => this.format.glance(value)) },
      ],
      bands: [{ series: [4, 3], fill: `${accent}33` }],
      series: [
        {},
        { stroke: accent, width: 1.5, spanGaps: false, points: { show: true, size: 5, fill: accent } },
        { stroke: "transparent", points: { show: true, size: 9, width: 2, stroke: token("--caution"), fill: token("--surface") } },
        unseen,
        unseen,
      ],
    };
  }
}
