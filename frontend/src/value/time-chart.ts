/** A chart over time in the city's own hours: drawn anew when what it shows, the theme or the language has changed. */
import { query } from "lit/decorators.js";
import uPlot from "uplot";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";

/** Charts of less than three days tell hours. */
const SHORT_S = 259_200;
/** A series that is there for its values alone: the edge of a band. */
export const UNSEEN: uPlot.Series = { stroke: "transparent", points: { show: false }, spanGaps: false };

export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export abstract class TimeChart extends View {
  @query("figure") private readonly figure!: HTMLElement;

  protected plot: uPlot | null = null;
  private drawn = "";
  private readonly resized = new ResizeObserver(() => this.fit());

  /** Pixels. */
  protected abstract readonly height: number;
  /** Changes with what is drawn. */
  protected abstract contents(): string;
  protected abstract columns(): uPlot.AlignedData;
  /** What is drawn of the columns: series, bands, cursor. */
  protected abstract drawing(): Pick<uPlot.Options, "bands" | "cursor" | "series">;

  override disconnectedCallback(): void {
    this.resized.disconnect();
    this.plot?.destroy();
    this.plot = null;
    this.drawn = "";
    super.disconnectedCallback();
  }

  protected override updated(): void {
    const key = `${screenState.theme} ${screenState.language} ${this.contents()}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.plot?.destroy();
    const columns = this.columns();
    this.plot = new uPlot(this.options(columns[0]), columns, this.figure);
    this.resized.observe(this);
  }

  private fit(): void {
    const width = this.figure.clientWidth - 16;
    if (width > 0) this.plot?.setSize({ width, height: this.height });
  }

  private options(times: ArrayLike<number>): uPlot.Options {
    const short = (times[times.length - 1] ?? 0) - (times[0] ?? 0) < SHORT_S;
    const zone = store.city?.timeZone ?? "UTC";
    const axis: uPlot.Axis = {
      stroke: token("--ink3"),
      grid: { stroke: token("--line"), width: 1 },
      ticks: { show: false },
      font: `12px "IBM Plex Sans", "IBM Plex Sans JP"`,
    };
    return {
      width: Math.max(this.clientWidth - 16, 200),
      height: this.height,
      legend: { show: false },
      scales: { x: { time: true } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
      axes: [
        { ...axis, space: short ? 56 : 90, values: (_plot, splits) => splits.map((at) => this.time(at, short)) },
        { ...axis, size: 60, values: (_plot, splits) => splits.map((value) => this.format.glance(value)) },
      ],
      ...this.drawing(),
    };
  }

  private time(seconds: number, short: boolean): string {
    const at = new Date(seconds * 1000);
    return short ? this.format.hour(at) : this.format.day(at);
  }
}
