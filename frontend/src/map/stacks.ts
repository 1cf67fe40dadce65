/** Things at one and the same place: how many stand there, and which. */
import type { Layer, LonLat } from "../api/types";
import type { Row, Table } from "../live/table";

export interface Stacked {
  row: Row;
  layer: Layer;
}

/** Of each place with several rows of a layer: the first of them, and how many there are. */
export function stackCounts(rows: Iterable<Row>): Map<string, number> {
  const places = new Map<string, { first: string; count: number }>();
  for (const { id, at } of rows) {
    if (!at) continue;
    const key = `${at[0]} ${at[1]}`;
    const place = places.get(key);
    if (place) place.count += 1;
    else places.set(key, { first: id, count: 1 });
  }
  return new Map([...places.values()].filter(({ count }) => count > 1).map(({ first, count }) => [first, count]));
}

/** Rows whose number differs: those have to be drawn again. */
export function differing(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id));
}

/** All that stands at exactly that place, in the order of the layers. */
export function rowsAt(at: LonLat, layers: readonly Layer[], tables: ReadonlyMap<string, Table>): Stacked[] {
  return layers.flatMap((layer) => {
    const rows = [...(tables.get(layer.id)?.rows.values() ?? [])];
    return rows.filter((row) => row.at?.[0] === at[0] && row.at[1] === at[1]).map((row) => ({ row, layer }));
  });
}
