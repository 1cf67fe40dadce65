/** Which of many junctions: by a part of the name, the nearest first where the phone says where it is. Pure. */
import type { Survey } from "./line";

export type Here = { lon: number; lat: number } | null;

const EARTH_M = 6_371_000;

/** Metres from here to the junction of a survey; null where one of them is not known. */
export function metresTo({ place }: Survey, here: Here): number | null {
  if (!place || !here) return null;
  const rad = Math.PI / 180;
  const north = (place[1] - here.lat) * rad;
  const east = (place[0] - here.lon) * rad * Math.cos(here.lat * rad);
  return Math.hypot(north, east) * EARTH_M;
}

/** Those whose junction or name holds every word, the nearest first; of unknown place after them, in their order. */
export function found(surveys: readonly Survey[], asked: string, here: Here): Survey[] {
  const words = asked.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const holds = ({ junction, name }: Survey) => words.every((word) => `${junction} ${name}`.toLocaleLowerCase().includes(word));
  const far = (survey: Survey) => metresTo(survey, here) ?? Number.POSITIVE_INFINITY;
  return surveys.filter(holds).sort((one, other) => (far(one) === far(other) ? 0 : far(one) - far(other)));
}
