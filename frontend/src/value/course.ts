/** A course over time (24 hours of a forecast, the steps of a plan): pure parts of its chart and of its table. */
import type { CoursePoint, Value } from "../api/types";

type Column = (number | null)[];

/** Seconds, values, and between what they lie. */
export type CourseColumns = [times: number[], values: Column, low: Column, high: Column];

/** A silence longer than this many usual steps is a gap, never a line drawn across. */
const GAP_STEPS = 1.5;

function secondsOf(point: CoursePoint): number {
  return Date.parse(point.at) / 1000;
}

function usualStep(times: readonly number[]): number {
  const steps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? Infinity;
}

/** The points as uPlot wants them, in order of time, with a null wherever a gap has to show. */
export function courseColumns(points: readonly CoursePoint[]): CourseColumns {
  const gap = usualStep(points.map(secondsOf)) * GAP_STEPS;
  const columns: CourseColumns = [[], [], [], []];
  let before: number | null = null;
  for (const point of points) {
    const at = secondsOf(point);
    if (before !== null && at - before > gap) push(columns, (before + at) / 2, null);
    push(columns, at, point);
    before = at;
  }
  return columns;
}

function push([times, values, low, high]: CourseColumns, at: number, point: CoursePoint | null): void {
  times.push(at);
  values.push(point?.value ?? null);
  low.push(point?.low ?? null);
  high.push(point?.high ?? null);
}

/** Whether anything says between what its values lie. */
export function hasBand(points: readonly CoursePoint[]): boolean {
  return points.some(({ low, high }) => typeof low === "number" && typeof high === "number");
}

/** Whether its last point lies behind: a forecast that nobody has renewed. */
export function hasPassed(points: readonly CoursePoint[], now: Date): boolean {
  const last = points.at(-1);
  return last !== undefined && Date.parse(last.at) < now.getTime();
}

/** The point of the greatest value; the first of them. */
export function highestOf(points: readonly CoursePoint[]): CoursePoint | null {
  return points.reduce<CoursePoint | null>((best, point) => {
    if (point.value === null) return best;
    return best === null || best.value === null || point.value > best.value ? point : best;
  }, null);
}

/** How far such courses have been from what came, as their service has measured it. */
export interface MeasuredError {
  error: Value;
  persistence: number;
  hourOfDay: number;
  held: number;
  count: number;
  days: number;
}

/** What the facts beside a forecast tell of its error; null where they do not tell all of it. */
export function measuredError(facts: readonly Value[]): MeasuredError | null {
  const number = (name: string) => facts.find(({ attribute }) => attribute === name)?.value;
  const error = facts.find(({ attribute }) => attribute === "meanError");
  const [persistence, hourOfDay, held] = [number("persistenceError"), number("hourOfDayError"), number("intervalHeld")];
  const [count, days] = [number("comparedValues"), number("comparedDays")];
  if (!error || typeof error.value !== "number" || typeof persistence !== "number" || typeof hourOfDay !== "number") return null;
  if (typeof held !== "number" || typeof count !== "number" || typeof days !== "number") return null;
  return { error, persistence, hourOfDay, held, count, days };
}

/** The facts that are courses. */
export function coursesOf(facts: readonly Value[]): Value[] {
  return facts.filter(({ course }) => course && course.length > 1);
}
