/** Words of how a value goes over time: a forecast hour by hour. */
import type { Catalogue } from "./catalogue";

export const course: Catalogue["course"] = {
  band: "The band: between the low and the high.",
  zone: (zone) => `Hours in ${zone}.`,
  highest: (figure, at) => `Highest ${figure}, ${at}`,
  passed: "All of these hours have passed.",
  table: "As a table",
  at: (zone) => `Time (${zone})`,
  value: "Value",
  low: "Low",
  high: "High",
  open: "Open its page",
  error: (figure, days) => `Mean absolute error 24 h ahead over the last ${days} days: ${figure}.`,
  plain: (persistence, hourOfDay) => `The last value again ${persistence}, the mean of that hour ${hourOfDay}.`,
  held: (percent, n) => `The interval held ${percent} % of ${n} values.`,
  count: (n) => `${n} values`,
  linked: "About the same",
};
