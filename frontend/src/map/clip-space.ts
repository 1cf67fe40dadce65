/** From degrees to the map's picture: Mercator, turned into clip space (-1 to 1, y up) for a camera without tilt. */
import type { LonLat } from "../api/types";

const TILE = 512;

export interface Camera {
  center: LonLat;
  zoom: number;
  /** Of the picture, in CSS pixels. */
  width: number;
  height: number;
}

/** Mercator coordinates from 0 to 1, y down. */
export function mercator([lon, lat]: LonLat): LonLat {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

export interface Placement {
  x(lon: number): number;
  y(lat: number): number;
}

export function placement({ center, zoom, width, height }: Camera): Placement {
  const world = TILE * 2 ** zoom;
  const [cx, cy] = mercator(center);
  const across = (2 * world) / width;
  const down = (-2 * world) / height;
  return {
    x: (lon) => (lon / 360 + 0.5 - cx) * across,
    y: (lat) => (mercator([0, lat])[1] - cy) * down,
  };
}
