/** The line of a course with its band. Its table tells the same, so it is hidden from readers. */
import { css, html, unsafeCSS } from "lit";
import { customElement, property } from "lit/decorators.js";
import type uPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import type { CoursePoint } from "../api/types";
import { controls } from "../theme/controls";
import { courseColumns } from "./course";
import { TimeChart, token, UNSEEN } from "./time-chart";

@customElement("course-chart")
export class CourseChart extends TimeChart {
  @property({ attribute: false }) points: readonly CoursePoint[] = [];
  /** A line that nobody measured is broken. */
  @property({ type: Boolean }) broken = false;

  protected override readonly height = 160;

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

  protected override render() {
    return html`<figure aria-hidden="true"></figure>`;
  }

  protected override contents(): string {
    return `${this.broken} ${JSON.stringify(this.points)}`;
  }

  protected override columns(): uPlot.AlignedData {
    return courseColumns(this.points);
  }

  protected override drawing() {
    const accent = token("--accent");
    return {
      cursor: { show: false },
      bands: [{ series: [3, 2] as [number, number], fill: `${accent}33` }],
      series: [
        {},
        { stroke: accent, width: 1.5, spanGaps: false, points: { show: false }, ...(this.broken ? { dash: [5, 3] } : {}) },
        UNSEEN,
        UNSEEN,
      ],
    };
  }
}
