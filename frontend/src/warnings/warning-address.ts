/** What of the warnings is open: a list, one of them, or the form, and what the form begins with. Part of the address. */

export const LIST = "list";
export const RECEIVED = "received";

export type Opened =
  | { kind: "list" | "received" | "new" }
  | { kind: "one" | "edit" | "update" | "forward"; id: string };

const FORMS = ["edit", "update", "forward"] as const;

export function readOpened(text: string): Opened {
  if (text === LIST || text === RECEIVED || text === "new") return { kind: text };
  const form = FORMS.find((each) => text.startsWith(`${each}:`));
  return form ? { kind: form, id: text.slice(form.length + 1) } : { kind: "one", id: text };
}

export function openedText(opened: Opened): string {
  if (!("id" in opened)) return opened.kind;
  return opened.kind === "one" ? opened.id : `${opened.kind}:${opened.id}`;
}
