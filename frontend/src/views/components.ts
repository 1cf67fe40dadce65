/** The components that services bring, by the name that their `Page` gives: each is loaded when it is shown first. */

export const COMPONENTS: Readonly<Record<string, () => Promise<unknown>>> = {
  "mobility-junction": () => import("../mobility/junction-page"),
  "mobility-network": () => import("../mobility/network-page"),
  "mobility-counting": () => import("../mobility/counting-page"),
  "mobility-study-sheet": () => import("../mobility/study-sheet"),
  "mobility-what-if": () => import("../mobility/what-if-page"),
  "mobility-buses": () => import("../mobility/buses-page"),
  "mobility-corridors": () => import("../mobility/corridors-page"),
  "mobility-signals": () => import("../mobility/signals-page"),
};
