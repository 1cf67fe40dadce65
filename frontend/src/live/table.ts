/** A layer's rows, kept up to date by the stream. */
import type { Cell, Change, Flag, LayerTable, LonLat } from "../api/types";

export interface Row {
  id: string;
  name: string;
  area: string | null;
  at: LonLat | null;
  flags: Flag[];
  /** What the layer's own columns hold, by their keys. */
  cells: Record<string, Cell>;
}

export interface Table {
  layer: string;
  position: number;
  rows: ReadonlyMap<string, Row>;
}

/** How many columns every layer begins with: id, name, area, lon, lat. Its own may bear the same names. */
const SHARED = 5;

/** A row may name its doubts by code alone; the place itself then tells them in words. */
function readFlag(flag: Flag | string): Flag {
  return typeof flag === "string" ? { code: flag, text: flag } : flag;
}

function readRow(columns: readonly string[], cells: readonly Cell[]): Row {
  const [id, name, area, lon, lat] = cells;
  const flags = cells[columns.length - 1];
  const named: Record<string, Cell> = {};
  columns.slice(SHARED, -1).forEach((column, index) => (named[column] = cells[SHARED + index] ?? null));
  const at: LonLat | null = typeof lon === "number" && typeof lat === "number" ? [lon, lat] : null;
  return {
    id: String(id),
    name: typeof name === "string" ? name : String(id),
    area: typeof area === "string" ? area : null,
    at,
    flags: Array.isArray(flags) ? flags.map(readFlag) : [],
    cells: named,
  };
}

export function readTable(answer: LayerTable): Table {
  const rows = answer.rows.map((cells) => readRow(answer.columns, cells));
  return { layer: answer.layer, position: answer.position, rows: new Map(rows.map((row) => [row.id, row])) };
}

/** Applies changes of one layer; without a row it is gone from the layer. `columns` is the order in which the layer writes its rows. */
export function applyChanges(table: Table, columns: readonly string[], position: number, changes: Change[]): Table {
  const rows = new Map(table.rows);
  for (const change of changes) {
    const row = change.rows[table.layer];
    if (row === undefined) rows.delete(change.id);
    else rows.set(change.id, readRow(columns, row));
  }
  return { layer: table.layer, position: Math.max(position, table.position), rows };
}

/** The order in which the server writes a row of a layer. */
export function rowColumns(keys: readonly string[]): string[] {
  return ["id", "name", "area", "lon", "lat", ...keys, "flags"];
}
