/** The way that things have come: short lines that fade with age, up to where each is drawn now. */
import type { LonLat } from "../api/types";
import { positionAt, TRAIL_MS, type Track, type TrailPoint } from "../live/tracks";

export const TRAILS = "trails";
/** Trails of everything while no more than this are in view; else of the selected one alone. */
export const TRAILS_BELOW = 300;

type Line = GeoJSON.Feature<GeoJSON.LineString>;

/** `colour` of the layer; `fade` from 1 (now) to 0 (as far back as trails reach). */
export function trailLines(track: Track, earlier: readonly TrailPoint[], colour: string, now: number, city: number): Line[] {
  const first = track.trail[0];
  const known = [...earlier.filter(({ time }) => !first || time < first.time), ...track.trail.slice(0, -1)];
  const points = [...known.filter(({ time }) => city - time < TRAIL_MS), { at: positionAt(track, now), time: city }];
  return points.slice(1).map((point, index) => segment(points[index] as TrailPoint, point, colour, city));
}

function segment(from: TrailPoint, to: TrailPoint, colour: string, city: number): Line {
  const fade = Math.max(0.08, 1 - (city - from.time) / TRAIL_MS);
  return { type: "Feature", properties: { colour, fade }, geometry: { type: "LineString", coordinates: [from.at, to.at] } };
}

/** A history of `location` as points of a trail; what is no point is passed over. */
export function pointsOf(history: readonly (readonly unknown[])[]): TrailPoint[] {
  return history.flatMap(([observedAt, value]) => {
    const place = value as { type?: string; coordinates?: LonLat } | null;
    const time = Date.parse(String(observedAt));
    return place?.type === "Point" && place.coordinates && !Number.isNaN(time) ? [{ at: place.coordinates, time }] : [];
  });
}
