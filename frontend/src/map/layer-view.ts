/** How each layer of the city comes onto the map and stays in step with its table. */
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Bounds, Layer, LonLat } from "../api/types";
import type { Format } from "../format/format";
import { store } from "../live/store";
import type { Row, Table } from "../live/table";
import { ailingRow, ailingRows } from "../sources/ailing";
import { rowPoint } from "./features";
import { GroundView } from "./ground-view";
import { CLUSTER_ABOVE, clusterSource, layerSource, styleLayersOf } from "./layers";
import type { Mark } from "./mover-deck";
import { MoverView } from "./mover-view";
import type { Palette } from "./palette";
import { RowSource } from "./row-source";
import type { Selection } from "./selection";
import { drawSymbol, emptyMargin, staleName, symbolName } from "./symbols";
import { differing, stackCounts } from "./stacks";
import { countInView } from "./view-box";

const QUIET = window.matchMedia("(prefers-reduced-motion: reduce)");
/** Clusters of more rows than this are gathered anew at most once in so many milliseconds. */
const MANY = 2000;
const GATHER_MS = 1000;

export interface LayerHost {
  map: MapLibre;
  /** Where a canvas above the map goes. */
  above: HTMLElement;
  /** Events and the selection, which lie above what moves. */
  marks(): Mark[];
  format(): Format;
  look(): { palette: Palette; theme: string; scale: number };
  /** Whether the letters that a layer writes have been loaded. */
  ready(layer: Layer): boolean;
  view(): Bounds;
  selected(): string | null;
  /** What is selected has moved on. */
  stepped(): void;
  changed(): void;
}

interface Sources {
  single: RowSource;
  clustered: RowSource;
  /** When something was last sent, in milliseconds. */
  sent: number;
  /** How many stand at the place of a row, of the first of them; counted at a version of the table. */
  stacks: Map<string, number>;
  counted: string;
}

export class LayerView {
  readonly movers: MoverView;
  private readonly grounds: GroundView;
  private readonly sources = new Map<string, Sources>();
  private readonly atlases = new Map<string, HTMLCanvasElement>();

  constructor(private readonly host: LayerHost) {
    const { map, changed, selected, view } = host;
    this.grounds = new GroundView(map, changed, selected);
    this.movers = new MoverView({
        map,
        above: host.above,
        marks: () => ({ all: host.marks(), image: (icon) => this.image(icon) }),
        changed,
        selected,
        view,
        city: () => store.clock().getTime(),
        quiet: () => QUIET.matches,
        colour: (layer) => host.look().palette.hues[layer.hue % 10] ?? host.look().palette.ink,
        icons: (layer) => this.icons(layer, map.getZoom()),
        step: (layer, ids) => this.step(layer, ids),
      });
  }

  remove(): void {
    this.movers.remove();
  }

  /** The map has got another style, whose sources are empty. */
  forget(): void {
    this.sources.clear();
    this.grounds.forget();
  }

  /** Where a thing lies that is ground or a line; null where that is not known. */
  ground(id: string): Selection | null {
    const bounds = this.grounds.around(id);
    return bounds && { kind: "ground", bounds };
  }

  /** Where a thing that moves is drawn now; null of one that does not. */
  at(layer: Layer, id: string): LonLat | null {
    return this.movers.at(layer, id);
  }

  /** Draws a layer as its table is now: single symbols, clusters, or by deck.gl what moves in thousands. */
  draw(layer: Layer, on: boolean): void {
    const { map } = this.host;
    this.grounds.draw(layer, on);
    const table = store.tables.get(layer.id);
    const sources = this.sourcesOf(layer);
    const moving = on && table !== undefined && (layer.moving || sources.single.lively);
    if (!moving) this.movers.leave(layer);
    const many = moving && this.movers.follow(layer, table);
    // Clusters of what moves would jump: they stay single until there are so many that deck.gl draws them.
    const crowded = on && !moving && table !== undefined && countInView(table.rows.values(), this.host.view()) > CLUSTER_ABOVE;
    if (on && table && !many) this.feed(map, layer, table, crowded);
    const { single, clustered } = styleLayersOf(layer);
    for (const id of single) setShown(map, id, on && !crowded && !many);
    for (const id of clustered) setShown(map, id, on && crowded);
  }

  private sourcesOf(layer: Layer): Sources {
    const known = this.sources.get(layer.id) ?? { single: new RowSource(), clustered: new RowSource(), sent: 0, stacks: new Map<string, number>(), counted: "" };
    this.sources.set(layer.id, known);
    return known;
  }

  /** Gives the map what is new in a layer. Clusters of very many are gathered anew at most once a second. */
  private feed(map: MapLibre, layer: Layer, table: Table, crowded: boolean): void {
    const source = map.getSource<GeoJSONSource>(crowded ? clusterSource(layer) : layerSource(layer));
    if (!source || !this.host.ready(layer)) return;
    const sources = this.sourcesOf(layer);
    const wait = crowded && table.rows.size > MANY ? sources.sent + GATHER_MS - performance.now() : 0;
    if (wait > 0) {
      window.setTimeout(() => this.host.changed(), wait);
      return;
    }
    const restacked = crowded ? [] : this.countStacks(layer, table);
    const sent = sources[crowded ? "clustered" : "single"].update(source, table, this.looks(), this.drawing(layer));
    if (restacked.length) sources.single.redraw(source, restacked, this.drawing(layer));
    if (sent) sources.sent = performance.now();
  }

  /** Counts what stands at the same place; the rows whose number has changed. Of what moves nothing is counted. */
  private countStacks(layer: Layer, table: Table): string[] {
    const sources = this.sourcesOf(layer);
    const version = `${store.generation} ${table.version}`;
    if (layer.moving || sources.counted === version) return [];
    const before = sources.stacks;
    sources.stacks = stackCounts(table.rows.values());
    sources.counted = version;
    return differing(before, sources.stacks);
  }

  /** What points depend on besides their rows: the language, and which sources do not deliver. */
  private looks(): string {
    return [this.host.format().language, ...[...ailingRows(store.now).keys()].sort()].join(" ");
  }

  private drawing(layer: Layer): (row: Row) => GeoJSON.Feature<GeoJSON.Point> | null {
    const { movers } = this;
    const format = this.host.format();
    const { stacks } = this.sourcesOf(layer);
    return (row) => {
      const look = { stale: movers.stale(layer, row.id) || ailingRow(store.now, row) !== null, ...(stacks.has(row.id) ? { stack: stacks.get(row.id) as number } : {}) };
      return rowPoint(layer, row, format, row.at && (movers.at(layer, row.id) ?? row.at), look);
    };
  }

  private step(layer: Layer, ids: readonly string[]): void {
    const source = this.host.map.getSource<GeoJSONSource>(layerSource(layer));
    if (source && ids.length) this.sourcesOf(layer).single.redraw(source, ids, this.drawing(layer));
    const id = this.host.selected();
    if (id && this.movers.at(layer, id)) this.host.stepped();
  }

  private image(icon: string): ImageData | null {
    const { palette, scale } = this.host.look();
    return drawSymbol(icon, palette, scale * (window.devicePixelRatio || 1));
  }

  /** The two looks of a mover, side by side, drawn for this zoom: of now, and of a position that is old. */
  private icons(layer: Layer, zoom: number): { icons: HTMLCanvasElement; size: number } {
    const ratio = window.devicePixelRatio || 1;
    const { palette, theme, scale } = this.host.look();
    const name = symbolName(theme, layer.shape, layer.hue);
    const grown = Math.round((0.85 + 0.3 * Math.min(1, Math.max(0, (zoom - 10) / 4))) * 20) / 20;
    const key = `${name} ${scale} ${ratio} ${grown}`;
    const kept = this.atlases.get(key) ?? sideBySide([name, staleName(theme, layer.shape, layer.hue)].map((each) => drawSymbol(each, palette, scale * ratio * grown)));
    this.atlases.set(key, kept);
    return { icons: kept, size: kept.height / ratio };
  }
}

function setShown(map: MapLibre, id: string, shown: boolean): void {
  const wanted = shown ? "visible" : "none";
  if (map.getLayer(id) && map.getLayoutProperty(id, "visibility") !== wanted) map.setLayoutProperty(id, "visibility", wanted);
}

/** Pictures cut to what is drawn in them: an empty pixel around a symbol would be drawn ten thousand times. */
function sideBySide(pictures: readonly (ImageData | null)[]): HTMLCanvasElement {
  const whole = pictures[0]?.width ?? 1;
  const margin = Math.min(...pictures.map((picture) => (picture ? emptyMargin(picture) : 0)));
  const side = Math.max(1, whole - 2 * margin);
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [pictures.length * side, side];
  const pen = sheet.getContext("2d");
  pictures.forEach((picture, index) => picture && pen?.putImageData(picture, index * side - margin, -margin, margin, margin, side, side));
  return sheet;
}
