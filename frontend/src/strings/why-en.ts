/** Words of the tree of origins: why this number. */
import type { Catalogue } from "./catalogue";

export const why: Catalogue["why"] = {
  number: "Why this number?",
  value: "Why this value?",
  byReaction: (name, service, version, moment) => `Computed by “${name}” (service ${service}, rule version ${version}) for ${moment}`,
  ruleGone: "Its rule is no longer here: the service is not installed.",
  byIndicator: (moment) => `Computed for you from what is known at ${moment}`,
  noFigure: "There is no figure to compute it from yet.",
  byMessage: (source) => `A message from ${source}, as it came:`,
  address: "Address",
  received: "Received",
  media: "Kind",
  size: "Size",
  bytes: (n) => (n === "1" ? "1 byte" : `${n} bytes`),
  cutOff: (size) => `${size}; only the beginning is kept`,
  raw: "The message",
  written: (by, at) => (at ? `Written by ${by}, ${at}` : `Written by ${by}`),
  from: "Computed from",
  window: (n, since, until) => `${n} values, from ${since} to ${until}`,
  newest: (n) => (n === "1" ? "the newest of them" : `the newest ${n} of them`),
  unnamed: (n) => (n === "1" ? "and one more value" : `and ${n} more values`),
  hidden: (n) => (n === "1" ? "One input is not for you to see." : `${n} inputs are not for you to see.`),
  cut: "It goes on; the rest is not shown.",
  nothing: "Where this value comes from is not kept (any more).",
};
