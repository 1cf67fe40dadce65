/** Words for the stage of the city. */
import type { Catalogue } from "./catalogue";

export const cityStage: Catalogue["cityStage"] = {
  title: "Stage of the city",
  open: "See the stage of the city",
  none: "Nobody has set a stage.",
  noStages: "This city has no stages yet: write stages.toml in its folder.",
  proposed: (level) => `The rules propose stage ${level}`,
  because: (reasons) => `because ${reasons}`,
  criteria: "What each stage means",
  choose: "Set",
  take: "Take the stage back",
  reason: "Reason (the public reads it)",
  confirm: (level, word) => `Set stage ${level}, ${word}`,
  confirmNone: "Take back: no stage will be set",
  log: "Changes",
  unset: "taken back",
  wasProposed: (level) => `the rules proposed ${level}`,
  current: "holds now",
  close: "Close",
};
