/** What differs between two moments of a layer: what appeared, what disappeared, what has other values. */
import type { Cell } from "../api/types";
import type { Row, Table } from "../live/table";

export interface CellChange {
  key: string;
  before: Cell;
  after: Cell;
}

export interface Changed {
  row: Row;
  changes: CellChange[];
  /** It lies elsewhere. */
  moved: boolean;
  renamed: string | null;
}

export interface Differences {
  appeared: Row[];
  disappeared: Row[];
  changed: Changed[];
}

export function differences(before: Table, after: Table): Differences {
  const found: Differences = { appeared: [], disappeared: [], changed: [] };
  for (const row of before.rows.values()) if (!after.rows.has(row.id)) found.disappeared.push(row);
  for (const row of after.rows.values()) {
    const old = before.rows.get(row.id);
    if (!old) found.appeared.push(row);
    else {
      const change = changeOf(old, row);
      if (change) found.changed.push(change);
    }
  }
  return found;
}

function changeOf(old: Row, row: Row): Changed | null {
  const keys = new Set([...Object.keys(old.cells), ...Object.keys(row.cells)]);
  const changes = [...keys].flatMap((key): CellChange[] => {
    const [before, after] = [old.cells[key] ?? null, row.cells[key] ?? null];
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ key, before, after }];
  });
  const moved = old.at?.join() !== row.at?.join();
  const renamed = old.name === row.name ? null : old.name;
  return changes.length > 0 || moved || renamed !== null ? { row, changes, moved, renamed } : null;
}
