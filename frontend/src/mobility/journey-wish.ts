/** From where to where, and when: as the page keeps it in the address, and as the endpoint is asked. */
import type { LonLat } from "../api/types";

export interface End {
  at: LonLat;
  name: string;
}

export interface JourneyWish {
  from: End | null;
  to: End | null;
  /** The text of the field, in the city's time; empty: now. */
  when: string;
  arrive: boolean;
  /** A timetable whose period is over is taken by its days of the week. */
  expired: boolean;
  timetable: string;
}

export const NO_WISH: JourneyWish = { from: null, to: null, when: "", arrive: false, expired: false, timetable: "" };

/** What stands in the address; `wishOf` reads it again. */
export function written({ from, to, when, arrive, expired, timetable }: JourneyWish): string {
  const given = new URLSearchParams();
  for (const [name, end] of [["from", from], ["to", to]] as const) if (end) given.set(name, `${end.at.join(",")},${end.name}`);
  if (when) given.set("when", when);
  if (arrive) given.set("arrive", "1");
  if (expired) given.set("expired", "1");
  if (timetable) given.set("timetable", timetable);
  return given.toString();
}

/** Of what somebody may have typed: what is no place is none. */
export function wishOf(text: string): JourneyWish {
  const given = new URLSearchParams(text);
  const when = given.get("when") ?? "";
  return {
    from: endOf(given.get("from")),
    to: endOf(given.get("to")),
    when: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(when) ? when : "",
    arrive: given.get("arrive") === "1",
    expired: given.get("expired") === "1",
    timetable: given.get("timetable") ?? "",
  };
}

function endOf(text: string | null): End | null {
  const [lon = "", lat = "", ...name] = (text ?? "").split(",");
  const at: LonLat = [Number(lon), Number(lat)];
  if (!lon || !lat || !at.every(Number.isFinite) || Math.abs(at[0]) > 180 || Math.abs(at[1]) > 90) return null;
  return { at, name: name.join(",") };
}
