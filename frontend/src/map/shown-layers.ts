/** Which layers are on: those that the address names, else those that the city shows at first. */
import type { Layer } from "../api/types";

export function shownLayers(layers: readonly Layer[], named: readonly string[] | null): Layer[] {
  return layers.filter(({ id, visible }) => (named ? named.includes(id) : visible));
}

/** The address's list after one layer is switched; null when that is the city's own choice again. */
export function switched(layers: readonly Layer[], named: readonly string[] | null, id: string): string[] | null {
  const on = new Set(shownLayers(layers, named).map((layer) => layer.id));
  if (!on.delete(id)) on.add(id);
  const usual = layers.every((layer) => layer.visible === on.has(layer.id));
  return usual ? null : layers.map((layer) => layer.id).filter((known) => on.has(known));
}
