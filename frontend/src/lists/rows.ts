/** Which rows of a layer a list shows, in which order. */
import type { AreaFigure, Cell } from "../api/types";
import type { Row } from "../live/table";

/** Order by a row's name, by its area, or by one of its layer's own columns. */
export type Order = { by: "name" | "area" | "column"; key: string; down: boolean };

function sortValue(row: Row, { by, key }: Order): Cell {
  if (by === "name") return row.name;
  return by === "area" ? row.area : (row.cells[key] ?? null);
}

const ALPHABET = new Intl.Collator("id");
const told = new WeakMap<Row, string>();

/** What a row is looked for by. */
function words(row: Row): string {
  const known = told.get(row);
  if (known !== undefined) return known;
  const text = plain(`${row.name} ${row.area ?? ""}`);
  told.set(row, text);
  return text;
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

export function filtered(rows: Iterable<Row>, wanted: string): Row[] {
  const asked = plain(wanted).split(/\s+/).filter(Boolean);
  if (asked.length === 0) return [...rows];
  return [...rows].filter((row) => asked.every((word) => words(row).includes(word)));
}

/** Unknown values come last, whichever way the list is sorted. */
export function sorted(rows: readonly Row[], order: Order): Row[] {
  const sign = order.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = sortValue(a, order);
    const right = sortValue(b, order);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const apart = typeof left === "number" && typeof right === "number" ? left - right : ALPHABET.compare(String(left), String(right));
    return sign * apart || (a.id < b.id ? -1 : 1);
  });
}

/** Areas by their figure; those without one come last, whichever way. */
export function byFigure(areas: readonly AreaFigure[], down: boolean): AreaFigure[] {
  return [...areas].sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || ALPHABET.compare(a.name, b.name);
    return (down ? b.value - a.value : a.value - b.value) || ALPHABET.compare(a.name, b.name);
  });
}
