/** Roads of a what-if as lines on a plane, and the class that each of them has before, after and between. */
import type { WhatIf } from "./what-if-types";

export type Figure = "delay" | "km" | "co2";
export type Side = "before" | "after" | "change";
type Road = WhatIf["roads"][number];

export interface DrawnRoad {
  id: string;
  name: string;
  path: string;
  value: number;
  /** 0 to 4 of a side; -3 to 3 of the change, 0 where nothing to speak of changes. */
  step: number;
}

export interface Drawing {
  box: string;
  roads: DrawnRoad[];
  /** What the highest class goes up to: of both sides together, so that they can be compared. */
  most: number;
}

const STEPS = 5;
const CHANGES = 3;
const MARGIN = 0.06;
const WIDTH = 1000;

/** Null where no road says where it lies. */
export function drawn(roads: readonly Road[], figure: Figure, side: Side): Drawing | null {
  const placed = roads.filter(({ lines }) => lines.some((line) => line.length > 1));
  const points = placed.flatMap(({ lines }) => lines.flat());
  if (!points.length) return null;
  const plane = planeOf(points);
  const most = Math.max(...roads.map((road) => (side === "change" ? Math.abs(changeOf(road, figure)) : Math.max(...road[figure]))), 0);
  const shown = placed.map((road) => {
    const value = valueOf(road, figure, side);
    return { id: road.id, name: road.name, path: pathOf(road, plane.of), value, step: side === "change" ? changeStep(value, most) : stepOf(value, most) };
  });
  return { box: plane.box, most, roads: shown.sort((one, other) => Math.abs(one.step) - Math.abs(other.step)) };
}

function valueOf(road: Road, figure: Figure, side: Side): number {
  const [before, after] = road[figure];
  return side === "before" ? before : side === "after" ? after : after - before;
}

const changeOf = (road: Road, figure: Figure) => valueOf(road, figure, "change");
const stepOf = (value: number, most: number) => (most > 0 ? Math.min(STEPS - 1, Math.floor((STEPS * value) / most)) : 0);

function changeStep(value: number, most: number): number {
  const step = most > 0 ? Math.ceil(CHANGES * (Math.abs(value) / most) - 0.1) : 0;
  return Math.sign(value) * Math.min(CHANGES, Math.max(0, step)) || 0;
}

/** North is up; a degree of longitude is as long as it is there. */
function planeOf(points: readonly (readonly [number, number])[]) {
  const lons = points.map(([lon]) => lon);
  const lats = points.map(([, lat]) => lat);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const size = Math.max((east - west) * narrow, north - south, 1e-6);
  const scale = WIDTH / size;
  const [wide, high] = [(east - west) * narrow * scale, (north - south) * scale];
  const edge = WIDTH * MARGIN;
  return {
    box: `${-edge} ${-edge} ${Math.round(wide + 2 * edge)} ${Math.round(high + 2 * edge)}`,
    of: ([lon, lat]: readonly [number, number]) => `${Math.round((lon - west) * narrow * scale)} ${Math.round((north - lat) * scale)}`,
  };
}

function pathOf({ lines }: Road, of: (place: readonly [number, number]) => string): string {
  return lines.map((line) => `M${line.map(of).join("L")}`).join("");
}
