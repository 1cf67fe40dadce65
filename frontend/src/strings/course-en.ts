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
  count: (n) => `${n} values`,
  linked: "About the same",
};
