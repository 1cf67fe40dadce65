/** Who has the keyboard: what ends late and by itself must not take it from somebody who went on meanwhile. */

/** The element that has the focus, however deep in shadow trees. */
export function deepFocus(): HTMLElement | null {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at instanceof HTMLElement ? at : null;
}

/** Whether the focus is within `host`, or nowhere. */
export function keyboardFree(host: HTMLElement): boolean {
  const at = deepFocus();
  if (!at || at === document.body) return true;
  for (let each: Node | null = at; each; each = each instanceof ShadowRoot ? each.host : each.parentNode) if (each === host) return true;
  return false;
}

/** Whether somebody writes in a field. */
export function writing(): boolean {
  const at = deepFocus();
  return at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement;
}
