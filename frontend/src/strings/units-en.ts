/** Words for the units that are sent to an incident. */
import type { Catalogue } from "./catalogue";

export const units: Catalogue["units"] = {
  roster: "Units and crews",
  title: "Units that could be sent",
  needed: (list) => `Needed: ${list}`,
  lacking: (list) => `Nobody free brings: ${list}`,
  minutes: (minutes) => `${minutes} min`,
  chosen: "recommended",
  exercise: "exercise",
  stretched: "on its way back",
  atBase: "at its base",
  seen: (minutes) => `seen ${minutes} min ago`,
  tooOld: "too long ago: counted from its base",
  send: "Send",
  method: (method) => `Travel time: ${method}.`,
  photos: "Photos from the scene",
  photosNote: "Each time a photo is opened, that goes on record.",
  show: "Show the photo",
};
