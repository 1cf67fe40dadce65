/** A line of a value over time. Gaps are gaps. Loaded only when a history has more than one point. */
import { css, html, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import uPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import type { History } from "../api/types";
import { View } from "../frame/view";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { readSeries } from "./series";

const HEIGHT = 150;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

@customElement("history-chart")
export class HistoryChart extends View {
  @property({ attribute: false }) history!: History;
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
    return html`<figure aria-hidden="true"></figure>`;
  }

  protected override updated(): void {
    const key = `${screenState.theme} ${screenState.language} ${this.history.points.length} ${this.history.points.at(-1)?.[0]}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), readSeries(this.history), this.figure);
    this.resized.observe(this);
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
      font: `12px "IBM Plex Sans"`,
    };
    const time = (seconds: number) => this.format.day(new Date(seconds * 1000));
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
      series: [{}, { stroke: token("--accent"), width: 1.5, spanGaps: false, points: { size: 5, fill: token("--accent") } }],
    };
  }
}
