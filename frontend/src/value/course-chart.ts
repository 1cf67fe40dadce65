/** The line of a course with its band, in the city's hours. Its table tells the same, so it is hidden from readers. */
import { css, html, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import uPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import type { CoursePoint } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { courseColumns } from "./course";

const HEIGHT = 160;
/** Courses of less than three days tell hours. */
const SHORT_S = 259_200;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

@customElement("course-chart")
export class CourseChart extends View {
  @property({ attribute: false }) points: readonly CoursePoint[] = [];
  /** A line that nobody measured is broken. */
  @property({ type: Boolean }) broken = false;
  @query("figure") private readonly figure!: HTMLElement;

  private plot: uPlot | null = null;
  private drawn = "";
  private readonly resized = new ResizeObserver(() => this.fit());

  static override readonly styles = [
    unsafeCSS(plotStyles),
    controls,
    css`
      figure {
        min-height: 10rem;
        padding: 0.25rem 0.5rem 0;
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
    const key = `${screenState.theme} ${screenState.language} ${this.broken} ${JSON.stringify(this.points)}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), courseColumns(this.points), this.figure);
    this.resized.observe(this);
  }

  private fit(): void {
    const width = this.figure.clientWidth - 16;
    if (width > 0) this.plot?.setSize({ width, height: HEIGHT });
  }

  private options(): uPlot.Options {
    const [times] = courseColumns(this.points);
    const short = (times.at(-1) ?? 0) - (times[0] ?? 0) < SHORT_S;
    const accent = token("--accent");
    const zone = store.city?.timeZone ?? "UTC";
    const axis: uPlot.Axis = {
      stroke: token("--ink3"),
      grid: { stroke: token("--line"), width: 1 },
      ticks: { show: false },
      font: `12px "IBM Plex Sans", "IBM Plex Sans JP"`,
    };
    const unseen: uPlot.Series = { stroke: "transparent", points: { show: false }, spanGaps: false };
    return {
      width: Math.max(this.clientWidth - 16, 200),
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: true } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
      axes: [
        { ...axis, size: 32, space: short ? 56 : 90, values: (_plot, splits) => splits.map((at) => this.time(at, short)) },
        { ...axis, size: 60, values: (_plot, splits) => splits.map((value) => this.format.glance(value)) },
      ],
      bands: [{ series: [3, 2], fill: `${accent}33` }],
      series: [
        {},
        { stroke: accent, width: 1.5, spanGaps: false, points: { show: false }, ...(this.broken ? { dash: [5, 3] } : {}) },
        unseen,
        unseen,
      ],
    };
  }

  private time(seconds: number, short: boolean): string {
    const at = new Date(seconds * 1000);
    return short ? this.format.hour(at) : this.format.day(at);
  }
}
