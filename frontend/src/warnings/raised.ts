/** An event made of a warning of others: at the middle of its ground, with its own words and who said them. */
import type { LonLat, Text } from "../api/types";
import type { ReceivedWarning } from "../api/warning-types";
import { boundsOf } from "../map/bounds";
import { markOf } from "../incidents/cap-mark";

export function raisedFrom(warning: ReceivedWarning, say: (text: Text | string | null) => string): object {
  const bounds = warning.location && boundsOf(warning.location);
  const middle: LonLat | null = bounds && [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2];
  return {
    title: say(warning.name) || say(warning.event),
    detail: [warning.alertSource, say(warning.description)].filter(Boolean).join(": "),
    severity: markOf(warning.severity),
    ...(middle ? { location: middle } : { subject: warning.id }),
  };
}
