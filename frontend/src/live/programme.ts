/** The Programme: read whenever its page opens, and again at most twice a minute while it stays open and the city changes. */
import { api, Problem } from "../api/client";
import type { CitySystem, DecidedName, History, Standing, Value } from "../api/types";
import { momentKey } from "../api/moment";
import { screenState } from "../screen/screen";
import { store } from "./store";

const AGAIN_MS = 30_000;
/** So young a picture serves whoever opens the page again. */
const FRESH_MS = 1_000;

class LiveProgramme {
  standings: readonly Standing[] | null = null;
  systems: readonly CitySystem[] = [];
  problem: Problem | null = null;

  private seen = "";
  private moment = "";
  private readAt = 0;
  private timer = 0;
  private followed = false;

  /** The page opens. */
  open(): void {
    if (this.followed && Date.now() - this.readAt > FRESH_MS) void this.again();
    else this.follow();
  }

  private follow(): void {
    if (this.followed) return;
    this.followed = true;
    const look = () => this.look();
    store.addEventListener("change", look);
    screenState.addEventListener("change", look);
    look();
  }

  /** Reads it now: somebody has just changed something of it. */
  async again(): Promise<void> {
    this.readAt = Date.now();
    try {
      const [standings, systems] = await Promise.all([api.indicators(store.past), api.systems(store.past)]);
      Object.assign(this, { standings, systems, problem: null });
    } catch (cause) {
      this.problem = cause instanceof Problem ? cause : new Problem(0, "", String(cause));
    }
    store.dispatchEvent(new Event("change"));
  }

  private look(): void {
    if (screenState.state.page !== "programme" || store.phase !== "ready") return;
    const moment = momentKey(store.past);
    const version = `${store.generation} ${store.now?.position ?? 0} ${moment}`;
    if (version === this.seen || (this.timer && moment === this.moment)) return;
    const wait = moment === this.moment ? Math.max(0, this.readAt + AGAIN_MS - Date.now()) : 0;
    window.clearTimeout(this.timer);
    Object.assign(this, { seen: version, moment });
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.again();
    }, wait);
  }
}

export const programme = new LiveProgramme();

export function indicatorAddress(id: string): string {
  return `indicator ${id}`;
}

export function decidedAddress(id: string, name: DecidedName): string {
  return `decided ${id} ${name}`;
}

export function systemAddress(id: string, name: string): string {
  return `system ${id} ${name}`;
}

/** The value of the Programme that an address of a drawer names. */
export function programmeValue(address: string): Value | null {
  const [kind, id, name] = address.split(" ");
  if (kind === "system") return programme.systems.find((each) => each.id === id)?.facts[name as "state"] ?? null;
  const standing = standingAt(address);
  if (kind === "decided") return standing?.decided[name as DecidedName] ?? null;
  return kind === "indicator" ? (standing?.value ?? null) : null;
}

function standingAt(address: string): Standing | undefined {
  const id = address.split(" ")[1];
  return programme.standings?.find((each) => each.id === id);
}

/** The trend of an indicator as a history, for its drawer; null of anything else. */
export function programmeHistory(address: string): History | null {
  const standing = address.startsWith("indicator ") ? standingAt(address) : undefined;
  if (!standing) return null;
  const { label, value, trend } = standing;
  const points = trend.points.map(([at, number]): History["points"][number] => [at, number, at, value.method, ""]);
  return { label, unit: value.unit, unitText: value.unitText, points, hourly: [] };
}
