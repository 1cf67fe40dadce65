/** Things that are lines (roads, routes, closures): in the hue of their layer, the wider the later their class stands. */
import type { LayerSpecification } from "maplibre-gl";
import type { Layer } from "../api/types";
import { ALIKE, UNCLASSED, WIDTHS } from "./ground-classes";
import type { Palette } from "./palette";

/** [zoom, share of the width at zoom 14] */
const GROWING = [[9, 0.45], [12, 0.75], [14, 1], [17, 2.2]] as const;
const LEVEL = ["coalesce", ["feature-state", "level"], -1];
const CHOSEN = ["boolean", ["feature-state", "chosen"], false];
/** Of what has no class among others that have one. */
const FAINT = 0.55;
const AROUND = 5;

/** Layers of the style that draw the lines of one layer of the city: first what shows the selection, then the lines. */
export function lineIds({ id }: Layer): [chosen: string, line: string] {
  return [`chosen ${id}`, `line ${id}`];
}

export function lineLayers(layer: Layer, source: string, palette: Palette, scale: number): LayerSpecification[] {
  const [chosen, line] = lineIds(layer);
  const common = { type: "line", source, layout: { visibility: "none", "line-cap": "round", "line-join": "round" } };
  const colour = palette.hues[layer.hue % 10] ?? palette.ink;
  return [
    { id: chosen, ...common, paint: { "line-color": palette.ink, "line-width": width(layer, scale, AROUND), "line-opacity": ["case", CHOSEN, 0.9, 0] } },
    {
      id: line,
      ...common,
      paint: {
        "line-color": ["case", ["boolean", ["feature-state", "stale"], false], palette.label, colour],
        "line-width": width(layer, scale, 0),
        "line-opacity": layer.classes.length ? ["case", [">=", LEVEL, 0], 1, FAINT] : 1,
      },
    },
  ] as unknown as LayerSpecification[];
}

function width(layer: Layer, scale: number, more: number) {
  const alone = layer.classes.length ? UNCLASSED : ALIKE;
  const at = (share: number) => ["match", LEVEL, ...layer.classes.flatMap((_, level) => [level, (WIDTHS[level] ?? ALIKE) * share * scale + more]), alone * share * scale + more];
  const steps = GROWING.flatMap(([zoom, share]) => [zoom, layer.classes.length ? at(share) : alone * share * scale + more]);
  return ["interpolate", ["linear"], ["zoom"], ...steps];
}
