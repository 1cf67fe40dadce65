/** Words of mobility, in English. */
import type { MobilityWords } from "./mobility";

export const en: MobilityWords = {
  junction: {
    title: "Junction",
  },
  signals: {
    title: "Traffic signals",
  },
  counting: {
    title: "Traffic counts",
  },
  roads: {
    title: "Road network",
  },
  buses: {
    title: "Public transport",
  },
  whatif: {
    title: "What if",
  },
};
