/** Words of the list of services: reactions, what is parked, stopping and starting. */
import type { Catalogue } from "./catalogue";

export const services: Catalogue["services"] = {
  title: "Services",
  states: { running: "running", off: "stopped", failed: "failed" },
  notStarted: (reason) => `Could not be started: ${reason}`,
  notLoaded: (from, reason) => `Could not be loaded: ${reason}. Mend or remove the package ${from}, then start Pinisi again.`,
  leftOut: (view, reason) => `Not shown: ${view}. ${reason}`,
  jobFault: (job, reason) => `The computation “${job}” could not tell what is to be computed: ${reason}`,
  stop: "Stop",
  start: "Start",
  startAgain: "Try again",
  stopNow: "Stop this service",
  startNow: "Start this service",
  stopEffect:
    "Its reactions and sources stop, also after Pinisi is started again. Values that are there stay and grow old; no alarm comes from them. Other services go on. What changes meanwhile is worked off when it is started again.",
  startEffect:
    "Its reactions work off all that has changed meanwhile, then follow what is new; sources that were on are on again. Other services are not disturbed.",
  reactionStates: { running: "running", crowded: "too many wait", failing: "something fails" },
  waiting: (n, since) => `${n} waiting${since}`,
  since: (seconds) => ` (the first for ${seconds} s)`,
  behind: (n) => (n === "1" ? "1 change not read yet" : `${n} changes not read yet`),
  runs: (n) => (n === "1" ? "1 run" : `${n} runs`),
  parked: (n) => `${n} parked`,
  lastError: (reason) => `Last failure: ${reason}`,
  showParked: "What is parked",
  wholeCity: "the whole city",
  because: (reason) => `Failed: ${reason}`,
  tries: (n, first, last) => `Tried ${n === "1" ? "once" : `${n} times`}, from ${first} to ${last}`,
  trace: "Trace of the program",
  given: "Inputs",
  again: "Run again",
  allAgain: "Run all of them again",
  woken: (n) => `${n} being run again. What succeeds leaves this list.`,
};
