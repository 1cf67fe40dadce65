/** A moment of the past that the screen shows: as it was known then, or as it is known now. */
export interface Moment {
  at: string;
  known: "then" | "now";
}

export function sameMoment(one: Moment | null, other: Moment | null): boolean {
  return one?.at === other?.at && one?.known === other?.known;
}

export function momentKey(moment: Moment | null): string {
  return moment === null ? "" : `${moment.at} ${moment.known}`;
}
