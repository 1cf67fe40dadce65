/** Puts the figures of areas and the heat of points onto the map, as the address asks for them. */
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { areaFigures } from "../live/area-figures";
import { screenState } from "../screen/screen";
import { NOTHING } from "./features";
import { heatPoints } from "./heat-points";
import type { Palette } from "./palette";
import { HEAT, heatPaint, LEVELS, shadeIds, shadePaint } from "./shade-layers";

export class ShadeView {
  private drawn = { shade: "", heat: "" };

  constructor(private readonly map: MapLibre) {}

  /** The map has got another style. */
  forget(): void {
    this.drawn = { shade: "", heat: "" };
  }

  draw(palette: Palette, theme: string): void {
    this.drawShade(palette, theme);
    this.drawHeat(palette, theme);
  }

  private drawShade(palette: Palette, theme: string): void {
    const { figures } = areaFigures;
    const key = figures ? `${screenState.state.shade?.level} ${areaFigures.turn} ${theme}` : "none";
    if (key === this.drawn.shade) return;
    this.drawn.shade = key;
    for (const level of LEVELS) {
      const { known, unknown } = shadeIds(level);
      if (!this.map.getLayer(known)) continue;
      const on = figures?.level === level;
      for (const id of [known, unknown]) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
      if (!figures || !on) continue;
      const paint = shadePaint(figures, palette);
      this.map.setPaintProperty(known, "fill-color", paint.colour as never);
      this.map.setFilter(unknown, paint.unknown as never);
      this.map.setPaintProperty(unknown, "fill-pattern", `hatch ${theme}`);
    }
  }

  private drawHeat(palette: Palette, theme: string): void {
    const { heat } = screenState.state;
    const counted = heat && heatPoints(heat);
    const key = heat && counted ? `${counted.key} ${theme}` : "none";
    if (key === this.drawn.heat || !this.map.getLayer(HEAT)) return;
    this.drawn.heat = key;
    this.map.setLayoutProperty(HEAT, "visibility", counted ? "visible" : "none");
    const source = this.map.getSource<GeoJSONSource>(HEAT);
    void source?.setData(counted ? { type: "MultiPoint", coordinates: counted.points } : NOTHING);
    if (!heat || !counted) return;
    const latitude = this.map.getCenter().lat;
    for (const [name, value] of Object.entries(heatPaint(heat.radius, latitude, counted.most, palette))) this.map.setPaintProperty(HEAT, name as never, value as never);
  }
}
