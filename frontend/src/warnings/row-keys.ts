/** `j`, `k` and the arrows over the rows of a list of warnings. */
import { deepFocus } from "../frame/deep-focus";
import { moveFocus } from "../lists/list-keys";

const AS_ARROW: Record<string, string> = { j: "ArrowDown", k: "ArrowUp" };

export function rowKey(event: KeyboardEvent, root: ParentNode): void {
  const key = AS_ARROW[event.key] ?? event.key;
  if (key !== "ArrowDown" && key !== "ArrowUp") return;
  const rows = [...root.querySelectorAll<HTMLElement>("button.row")].filter((row) => row.checkVisibility());
  const at = deepFocus();
  if (moveFocus(new KeyboardEvent("keydown", { key, cancelable: true }), rows, at && rows.includes(at) ? at : null)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
