/** A history as uPlot wants it: seconds and values in columns, with a null wherever a gap has to show. */
import type { History } from "../api/types";

type Column = (number | null)[];

/** Times, values, the values that came late, and the least and greatest of each hour whose values have gone. */
export type Series = [times: number[], values: Column, late: Column, low: Column, high: Column];

/** A silence longer than this many usual steps is a gap, never a line drawn across. */
const GAP_STEPS = 3;
/** A source that says how often it sends is silent after two of its periods: then its values are late. */
const GAP_PERIODS = 2;

interface Point {
  at: number;
  value: number;
  late: boolean;
  low: number | null;
  high: number | null;
}

/** Late is what became known after something newer had been known. */
function rawPoints(history: History): Point[] {
  const known = history.points
    .map(([at, value, received], index) => ({ at: Date.parse(at) / 1000, value, received: Date.parse(received), index }))
    .sort((a, b) => a.received - b.received || a.at - b.at);
  let newest = -Infinity;
  const points = known.map(({ at, value, index }) => {
    const late = at < newest;
    newest = Math.max(newest, at);
    return { at, value, late, index };
  });
  return points.flatMap(({ at, value, late }): Point[] =>
    typeof value === "number" ? [{ at, value, late, low: null, high: null }] : [],
  );
}

function allPoints(history: History): Point[] {
  const raw = rawPoints(history);
  const firstRaw = Math.min(...raw.map(({ at }) => at));
  const hours = history.hourly
    .map(([hour, , low, mean, high]): Point => ({ at: Date.parse(hour) / 1000, value: mean, late: false, low, high }))
    .filter(({ at }) => at < firstRaw);
  return [...hours, ...raw].sort((a, b) => a.at - b.at);
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Infinity;
}

/** `period`: seconds between two values of its source, where that is known. */
export function readSeries(history: History, period: number | null = null): Series {
  const points = allPoints(history);
  const steps = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? at));
  const gap = period ? period * GAP_PERIODS : median(steps) * GAP_STEPS;
  const series: Series = [[], [], [], [], []];
  points.forEach((point, index) => {
    const before = points[index - 1];
    const hourly = point.low !== null && before?.low !== null;
    if (before && point.at - before.at > (hourly ? Math.max(gap, 2 * 3_600) : gap)) push(series, (before.at + point.at) / 2, null);
    push(series, point.at, point);
  });
  return series;
}

function push([times, values, late, low, high]: Series, at: number, point: Point | null): void {
  times.push(at);
  values.push(point?.value ?? null);
  late.push(point?.late ? point.value : null);
  low.push(point?.low ?? null);
  high.push(point?.high ?? null);
}

export function lateCount([, , late]: Series): number {
  return late.filter((value) => value !== null).length;
}
