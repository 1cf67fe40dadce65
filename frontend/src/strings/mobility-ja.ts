/** Words of mobility, in Japanese. */
import type { MobilityWords } from "./mobility";

export const ja: MobilityWords = {
  junction: {
    title: "交差点",
  },
  signals: {
    title: "交通信号",
  },
  counting: {
    title: "交通量調査",
  },
  roads: {
    title: "道路網",
  },
  buses: {
    title: "公共交通",
  },
  whatif: {
    title: "もし変えたら",
  },
};
