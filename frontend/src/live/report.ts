/** The report sections that services show: each of the period that somebody chose, read again while the city changes. */
import { momentKey } from "../api/moment";
import type { LineageNode } from "../api/lineage-types";
import { api } from "../api/client";
import type { Tile, Value } from "../api/types";
import { type DeclaredSection, type Section, views } from "../api/views";
import { screenState } from "../screen/screen";
import { store } from "./store";

const AGAIN_MS = 30_000;

class LiveReport {
  declared: readonly DeclaredSection[] = [];
  readonly sections = new Map<string, Section>();
  readonly failed = new Set<string>();

  private readonly chosen = new Map<string, string>();
  private moment = "";
  private position = -1;
  private readAt = 0;
  private timer = 0;
  private followed = false;

  follow(): void {
    if (this.followed) return;
    this.followed = true;
    const look = () => this.look();
    store.addEventListener("change", look);
    screenState.addEventListener("change", look);
    look();
  }

  /** Shows a section of another period. */
  async choose(id: string, period: string | null): Promise<void> {
    if (period === null) this.chosen.delete(id);
    else this.chosen.set(id, period);
    await this.read(id);
    store.dispatchEvent(new Event("change"));
  }

  private look(): void {
    if (screenState.state.page !== "programme" || store.phase !== "ready" || this.timer) return;
    const moment = momentKey(store.past);
    const position = store.now?.position ?? 0;
    if (moment === this.moment && position === this.position) return;
    const wait = moment === this.moment ? Math.max(0, this.readAt + AGAIN_MS - Date.now()) : 0;
    Object.assign(this, { moment, position });
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.again();
    }, wait);
  }

  private async again(): Promise<void> {
    this.readAt = Date.now();
    this.takeFromAddress();
    this.declared = await views.sections().catch(() => this.declared);
    await Promise.all(this.declared.map(({ id }) => this.read(id)));
    store.dispatchEvent(new Event("change"));
  }

  private async read(id: string): Promise<void> {
    try {
      this.sections.set(id, await views.section(id, this.chosen.get(id) ?? null, store.past));
      this.failed.delete(id);
    } catch {
      this.failed.add(id);
    }
  }

  /** An address of a cell names its section and period: it is shown again when the address is opened. */
  private takeFromAddress(): void {
    const { value, why } = screenState.state;
    const [kind, id, period] = (why ?? value ?? "").split(" ");
    if ((kind === "cell" || kind === "report") && id && period && !this.chosen.has(id)) this.chosen.set(id, period);
  }
}

export const report = new LiveReport();

export function cellAddress({ id, period }: Section, entity: string, column: number): string {
  return `cell ${id} ${period} ${column} ${entity}`;
}

export function reportTileAddress({ id, period }: Section, tile: Tile): string {
  return `report ${id} ${period} ${tile.id}`;
}

/** The value of a section that an address of a drawer names. */
export function reportValue(address: string): Value | null {
  const [kind, id = "", period, name, entity] = address.split(" ");
  const section = report.sections.get(id);
  if (!section || section.period !== period) return null;
  if (kind === "report") return section.tiles.find((tile) => tile.id === name) ?? null;
  return section.rows.find((row) => row.entity === entity)?.cells[Number(name)] ?? null;
}

/** Why a number of a section is what it is. */
export function whyOfReport(address: string): Promise<LineageNode> {
  const [kind, id = "", period = "", name = "", entity = ""] = address.split(" ");
  if (kind === "cell") return views.whyCell(id, period, entity, Number(name), store.past);
  const asOf = report.sections.get(id)?.asOf ?? null;
  return api.whyIndicator(name, store.past ?? (asOf === null ? null : { at: asOf, known: "now" }));
}
