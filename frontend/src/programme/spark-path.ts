/** The line of a trend: time to the right in true proportion, values from the least to the greatest. */
const EDGE = 2;

type Points = readonly (readonly [at: string, value: number, ...rest: unknown[]])[];

export function sparkPath(points: Points, width: number, height: number): { path: string; end: [number, number] } | null {
  if (points.length === 0) return null;
  const times = points.map(([at]) => Date.parse(at));
  const values = points.map(([, value]) => value);
  const x = scale(times, EDGE, width - EDGE);
  const y = scale(values, height - EDGE, EDGE);
  const at = points.map((_, index): [number, number] => [x(times[index] ?? 0), y(values[index] ?? 0)]);
  return { path: `M${at.map(([left, top]) => `${left} ${top}`).join("L")}`, end: at.at(-1) ?? [0, 0] };
}

/** From the span of the numbers to that of the picture; without a span, its middle. */
function scale(numbers: readonly number[], from: number, to: number): (value: number) => number {
  const low = Math.min(...numbers);
  const span = Math.max(...numbers) - low;
  return (value) => Math.round((span === 0 ? (from + to) / 2 : from + ((value - low) / span) * (to - from)) * 10) / 10;
}
