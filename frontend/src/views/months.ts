/** Months as they are written: "2026-10". */

function moved(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const at = new Date(Date.UTC(year, number - 1 + by, 1));
  return at.toISOString().slice(0, 7);
}

export function monthBefore(month: string): string {
  return moved(month, -1);
}

export function monthAfter(month: string): string {
  return moved(month, 1);
}
