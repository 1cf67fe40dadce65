/** Draws on the map what the pen holds, and brings ground that a page wants seen into view once. */
import type { GeoJSONSource, LayerSpecification, Map as MapLibre, StyleSpecification } from "maplibre-gl";
import { NOTHING } from "./features";
import type { Palette } from "./palette";
import { pen } from "./pen";
import "./pen-notice";
import { boundsOf } from "./bounds";

const PEN = "pen";
const AROUND = 96;

export class PenView {
  private laid = "";
  private brought = "";

  constructor(
    private readonly map: MapLibre,
    private readonly changed: () => void,
  ) {
    pen.addEventListener("change", this.changed);
  }

  remove(): void {
    pen.removeEventListener("change", this.changed);
  }

  /** `dress` stands for the map's clothes: new ones have empty sources. */
  draw(dress: string, animate: boolean): void {
    const key = `${pen.version} ${dress}`;
    if (this.laid === key) return;
    this.laid = key;
    void this.map.getSource<GeoJSONSource>(PEN)?.setData(pen.features());
    this.map.doubleClickZoom[pen.mode === "off" ? "enable" : "disable"]();
    const bounds = pen.ground && boundsOf(pen.ground);
    if (bounds && this.brought !== bounds.join()) {
      const [west, south, east, north] = bounds;
      this.map.fitBounds([[west, south], [east, north]], { padding: AROUND, maxZoom: 14.5, animate, duration: 200 });
    }
    this.brought = bounds?.join() ?? "";
  }
}

export function layPen(style: StyleSpecification, palette: Palette, scale: number): void {
  const tone = ["match", ["get", "tone"], "accent", palette.accent, palette.danger];
  const width = ["match", ["get", "tone"], "accent", 4 * scale, 2 * scale];
  const isGround = ["==", ["geometry-type"], "Polygon"];
  style.sources[PEN] = { type: "geojson", data: NOTHING };
  const layers = [
    { id: "pen-fill", type: "fill", source: PEN, filter: isGround, paint: { "fill-color": tone, "fill-opacity": 0.18 } },
    { id: "pen-line", type: "line", source: PEN, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": tone, "line-width": width } },
    {
      id: "pen-corner",
      type: "circle",
      source: PEN,
      filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 4 * scale, "circle-color": palette.surface, "circle-stroke-color": tone, "circle-stroke-width": 2 * scale },
    },
  ];
  style.layers.push(...(layers as unknown as LayerSpecification[]));
}
