/** Words of what services show: report sections, charts of a place. */
import type { Catalogue } from "./catalogue";

export const views: Catalogue["views"] = {
  others: "Other facts",
  before: "The month before",
  after: "The month after",
  name: "Name",
  noRows: (month) => `Nothing is on record for ${month}.`,
  cut: "Too much for one report: some of it is not shown.",
  failed: "This section cannot be read now; what stands here is the last that was read.",
  lastHours: (n) => `last ${n} hours`,
  fewValues: (n) => `${n === "1" ? "1 value" : `${n} values`} in this time: not enough for a chart.`,
  range: (n, least, most) => `${n} values, between ${least} and ${most}`,
  numbers: "Numbers of this service",
};
