/** Arrow keys over a list's rows: the same in every list of the console. */

/** Index that a key moves to, or null when the key is not one of a list's. */
export function moved(key: string, index: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return Math.min(index + 1, count - 1);
  if (key === "ArrowUp") return Math.max(index - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "PageDown") return Math.min(index + 10, count - 1);
  if (key === "PageUp") return Math.max(index - 10, 0);
  return null;
}

/** True while someone types: single keys are letters then, not commands. */
export function typing(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}

/** Moves the focus over `rows`; true when the key was used. */
export function moveFocus(event: KeyboardEvent, rows: readonly HTMLElement[], at: HTMLElement | null): boolean {
  const index = at ? rows.indexOf(at) : -1;
  const next = moved(event.key, index, rows.length);
  if (next === null) return false;
  event.preventDefault();
  rows[next]?.focus();
  rows[next]?.scrollIntoView({ block: "nearest" });
  return true;
}
