/** The parts that the page is put together from: elements with text, never with mark-up from outside. */

type Child = Node | string | null | false;

export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return made;
}

export function button(text: string, done: () => void, kind = ""): HTMLButtonElement {
  const made = el("button", { type: "button", class: kind }, text);
  made.addEventListener("click", done);
  return made;
}

export function labelled(text: string, field: HTMLElement): HTMLLabelElement {
  return el("label", {}, text, field);
}
