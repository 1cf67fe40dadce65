/** Places opened lately, kept in this browser only. */

export interface Recent {
  id: string;
  name: string;
}

const KEPT = "pinisi-recent";
const MOST = 6;

export function readRecent(): Recent[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]") as Recent[];
  } catch {
    return [];
  }
}

export function withRecent(before: readonly Recent[], opened: Recent): Recent[] {
  return [opened, ...before.filter(({ id }) => id !== opened.id)].slice(0, MOST);
}

export function keepRecent(opened: Recent): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(withRecent(readRecent(), opened)));
  } catch {
    // A browser without storage forgets; nothing depends on it.
  }
}
