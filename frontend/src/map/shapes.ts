/** Outlines of the map's symbols in a square of 16 units: one drawing for the map, the legend and the lists. */
import type { Severity, Shape } from "../api/types";

export interface Outline {
  path: string;
  /** Drawn as a line only: tells apart in shape what shares a hue. */
  hollow: boolean;
}

export const OUTLINES: Record<Shape, Outline> = {
  square: { path: "M4.2 4.200h7.600v7.600H4.200z", hollow: false },
  circle: { path: "M8 4.200a3.800 3.800 0 1 1 0 7.600 3.800 3.800 0 0 1 0-7.600z", hollow: false },
  diamond: { path: "M8 2.500 13.500 8 8 13.500 2.500 8z", hollow: true },
  triangle: { path: "M8 3.500 12.500 11.800h-9z", hollow: false },
  cross: { path: "M6.400 3.200h3.200v3.200h3.200v3.200H9.600v3.200H6.400V9.600H3.200V6.400h3.200z", hollow: false },
  ring: { path: "M8 3.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9z", hollow: true },
  hexagon: { path: "M8 3.600 11.800 5.800v4.400L8 12.400 4.200 10.200V5.800z", hollow: false },
};

export const SEVERITY_OUTLINES: Record<Severity, Outline> = {
  danger: { path: "M5.300 1.500h5.400l3.800 3.800v5.400l-3.800 3.800H5.300l-3.800-3.800V5.300z", hollow: false },
  caution: { path: "M8 1.800 15 14H1z", hollow: false },
  information: { path: "M8 2.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11z", hollow: true },
};
