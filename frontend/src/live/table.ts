/** A layer's rows, kept up to date by the stream: changed in place, so that a change costs what it changes. */
import type { Cell, Change, Flag, LayerTable, LonLat } from "../api/types";

export interface Row {
  id: string;
  name: string;
  area: string | null;
  at: LonLat | null;
  flags: readonly Flag[];
  /** Stands for the sources that it rests upon. */
  source: number | null;
  /** What the layer's own columns hold, by their keys. */
  cells: Readonly<Record<string, Cell>>;
}

/** How many columns every layer begins with: id, name, area, lon, lat. Its own may bear the same names. */
const SHARED = 5;
/** And how many it ends with: source, flags. */
const ENDING = 2;
/** How many steps back a table can say what has changed since. */
const MOST_STEPS = 64;
const NO_FLAGS: readonly Flag[] = [];

export class Table {
  readonly rows = new Map<string, Row>();
  /** Rises with every change. */
  version = 0;
  private steps: { version: number; ids: readonly string[] }[] = [];

  constructor(
    readonly layer: string,
    /** In the order in which the server writes a row. */
    readonly columns: readonly string[],
    public position: number,
  ) {}

  put(cells: readonly Cell[]): void {
    const row = readRow(this.columns, cells);
    this.rows.set(row.id, row);
  }

  /** Applies changes; an entity without a row is gone from the layer. Others of the message do not concern it. */
  apply(position: number, changes: readonly Change[]): boolean {
    const ids: string[] = [];
    for (const change of changes) {
      const cells = change.rows[this.layer];
      if (cells === undefined && !this.rows.delete(change.id)) continue;
      if (cells) this.put(cells);
      ids.push(change.id);
    }
    this.position = Math.max(position, this.position);
    if (ids.length) this.remember(ids);
    return ids.length > 0;
  }

  /** Ids of the rows that changed, came or went after a version; null when that is too long ago to say. */
  changedSince(version: number): ReadonlySet<string> | null {
    if (version === this.version) return new Set();
    const [oldest] = this.steps;
    if (!oldest || oldest.version > version + 1) return null;
    return new Set(this.steps.filter((step) => step.version > version).flatMap(({ ids }) => ids));
  }

  private remember(ids: readonly string[]): void {
    this.version += 1;
    this.steps.push({ version: this.version, ids });
    if (this.steps.length > MOST_STEPS) this.steps.shift();
  }
}

/** A row may name its doubts by code alone; the place itself then tells them in words. */
function readFlag(flag: Flag | string): Flag {
  return typeof flag === "string" ? { code: flag, text: flag } : flag;
}

function readRow(columns: readonly string[], cells: readonly Cell[]): Row {
  const [id, name, area, lon, lat] = cells;
  const [source, flags] = cells.slice(columns.length - ENDING, columns.length);
  const named: Record<string, Cell> = {};
  for (let index = SHARED; index < columns.length - ENDING; index += 1) named[columns[index] as string] = cells[index] ?? null;
  return {
    id: String(id),
    name: typeof name === "string" ? name : String(id),
    area: typeof area === "string" ? area : null,
    at: typeof lon === "number" && typeof lat === "number" ? [lon, lat] : null,
    flags: Array.isArray(flags) && flags.length ? flags.map(readFlag) : NO_FLAGS,
    source: typeof source === "number" ? source : null,
    cells: named,
  };
}

export function readTable(answer: LayerTable): Table {
  const table = new Table(answer.layer, answer.columns, answer.position);
  for (const cells of answer.rows) table.put(cells);
  return table;
}
