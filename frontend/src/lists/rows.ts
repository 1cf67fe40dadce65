/** Which rows of a layer a list shows, in which order. */
import type { Row } from "../live/table";

export type Order = { key: string; down: boolean };

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

export function filtered(rows: Iterable<Row>, wanted: string): Row[] {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  return [...rows].filter((row) => {
    const told = plain(`${row.name} ${row.area ?? ""}`);
    return words.every((word) => told.includes(word));
  });
}

/** Unknown values come last, whichever way the list is sorted. */
export function sorted(rows: readonly Row[], { key, down }: Order): Row[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = a.cells[key] ?? null;
    const right = b.cells[key] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order = typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right), "id");
    return sign * order || a.id.localeCompare(b.id);
  });
}
