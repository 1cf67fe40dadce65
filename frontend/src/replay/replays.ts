/** What the screens of a replay share: its speeds, and where its moment lies in its span. */
import type { Replay } from "../api/replay-types";
import { tenant } from "../api/tenant";
import { formatAddress, type Page, START } from "../screen/address";
import { screenState } from "../screen/screen";

export const SPEEDS = [1, 60, 600, 3600] as const;

/** Name of the recording that is the city's own past. */
export const HISTORY = "history";

/** A name under which nothing runs: what ended gives its name back. */
export function freeName(replays: readonly Pick<Replay, "id" | "state">[], wanted: string): string {
  const taken = new Set(replays.filter(({ state }) => state !== "ended").map(({ id }) => id));
  let name = wanted;
  for (let nth = 2; taken.has(`replay-${name}`); nth += 1) name = `${wanted}-${nth}`;
  return name;
}

/** Whether the shown tenant is a replay: `replay-NAME`. */
export const shownReplay: string | null = tenant?.startsWith("replay-") ? tenant : null;

/** Where a moment lies between the beginning (0) and the end (1). */
export function share(replay: Pick<Replay, "begin" | "until">, moment: number): number {
  const begin = Date.parse(replay.begin);
  const span = Date.parse(replay.until) - begin;
  return span > 0 ? Math.min(1, Math.max(0, (moment - begin) / span)) : 0;
}

/** The moment at a share of the span, on a whole minute of it. */
export function momentAt(replay: Pick<Replay, "begin" | "until">, part: number): string {
  const begin = Date.parse(replay.begin);
  const span = Date.parse(replay.until) - begin;
  const minutes = Math.round((span * Math.min(1, Math.max(0, part))) / 60_000);
  return new Date(Math.min(begin + minutes * 60_000, Date.parse(replay.until))).toISOString();
}

/** The address of a tenant's page, in the reader's language and look; null is the server's own city. */
export function addressOf(shown: string | null, page: Page): string {
  const { lang, theme, mode } = screenState.state;
  return formatAddress({ ...START, tenant: shown, page, lang, theme, mode });
}
