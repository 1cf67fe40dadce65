/** What a figure covers, in words a reader knows: "2025-S1" is the first half of 2025. */
import type { Value } from "../api/types";
import type { Catalogue } from "../strings/catalogue";
import type { Format } from "./format";

export function periodText(period: string, words: Catalogue): string {
  const half = /^(\d{4})-S([12])$/.exec(period);
  if (half) return words.half(half[1] ?? "", Number(half[2]));
  const quarter = /^(\d{4})-Q([1-4])$/.exec(period);
  if (quarter) return words.quarter(quarter[1] ?? "", Number(quarter[2]));
  return period;
}

/** The time of a value in one short word: its period, else the year, else the hour when it is of these days. */
export function shortTime(value: Value, words: Catalogue, format: Format): string {
  if (value.period) return periodText(value.period, words);
  if (!value.observedAt) return words.undated;
  if (value.ageDays !== null && value.ageDays > 365) return format.year(value.observedAt);
  if (value.ageDays !== null && value.ageDays > 0) return format.day(value.observedAt);
  return format.hour(value.observedAt);
}
