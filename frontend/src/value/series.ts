/** A history as uPlot wants it: seconds and values in columns, with a null wherever a gap has to show. */
import type { History } from "../api/types";

export type Series = [times: number[], values: (number | null)[]];

/** A silence longer than this many usual steps is a gap, never a line drawn across. */
const GAP_STEPS = 3;

function numericPoints(history: History): [number, number][] {
  const raw = history.points.flatMap(([at, value]): [number, number][] =>
    typeof value === "number" ? [[Date.parse(at) / 1000, value]] : [],
  );
  const hours = history.hourly.map(([at, , , mean]): [number, number] => [Date.parse(at) / 1000, mean]);
  const firstRaw = Math.min(...raw.map(([at]) => at));
  return [...hours.filter(([at]) => at < firstRaw), ...raw].sort((a, b) => a[0] - b[0]);
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Infinity;
}

export function readSeries(history: History): Series {
  const points = numericPoints(history);
  const steps = points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? at));
  const gap = median(steps) * GAP_STEPS;
  const times: number[] = [];
  const values: (number | null)[] = [];
  points.forEach(([at, value], index) => {
    const before = points[index - 1];
    if (before && at - before[0] > gap) {
      times.push((before[0] + at) / 2);
      values.push(null);
    }
    times.push(at);
    values.push(value);
  });
  return [times, values];
}
