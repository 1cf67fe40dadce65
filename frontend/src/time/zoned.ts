/** The text of a date-time field, in the city's time zone whatever the zone of this machine. */

function wall(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}`;
}

/** "2017-02-21T13:00:00" for a field of type `datetime-local`. */
export function fieldText(at: Date, timeZone: string): string {
  return wall(at, timeZone);
}

/** The moment that a field's text means in a time zone; null for text that is none. */
export function fromField(text: string, timeZone: string): Date | null {
  const asIfUtc = Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`);
  if (Number.isNaN(asIfUtc)) return null;
  let moment = asIfUtc;
  // Twice: the first guess may lie on the other side of a change of the zone's offset.
  for (let round = 0; round < 2; round += 1) {
    const offset = Date.parse(`${wall(new Date(moment), timeZone)}Z`) - moment;
    moment = asIfUtc - offset;
  }
  return new Date(moment);
}
