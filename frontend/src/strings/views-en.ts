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
  pages: "Pages of services",
  unknownPart: (name: string) => `This console does not have the part "${name}" yet. Reload the page; if that does not help, the console needs an update.`,
  partFailed: "This part could not be loaded.",
  again: "Try again",
  noPage: "This city has no such page, its service is switched off, or you may not see it.",
  presentOnly: "This part shows the present, not the moment that you are looking at.",
  stale: (when: string) => `As read at ${when}; it could not be read since.`,
};
