/** The map of the city. It draws what the store knows, marks what the screen selects, and reports where it looks. */
import { html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource, type LngLatBoundsLike, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Bounds, Layer, LonLat } from "../api/types";
import { View } from "../frame/view";
import { isOpen } from "../live/incidents";
import { store } from "../live/store";
import type { Row } from "../live/table";
import { screenState } from "../screen/screen";
import { EVENTS } from "../screen/shade";
import { ailingRow, ailingWords, blinding } from "../sources/ailing";
import { controls } from "../theme/controls";
import { Letters } from "../theme/faces";
import { incidentPoints, NOTHING, readMark, selectedIncident, selectedPoint } from "./features";
import { layGrounds } from "./ground-view";
import "./legend-box";
import "./legend-strip";
import { LayerView } from "./layer-view";
import { clusterSource, labelLayer, layerSource, sourcesFor, layTop, layTrails, symbolLayers } from "./layers";
import "./map-buttons";
import { layPen, PenView } from "./pen-view";
import { mapStyles } from "./map-styles";
import { type Palette, readPalette } from "./palette";
import { pickAt } from "./picking";
import { Pointing } from "./pointing";
import "./stack-list";
import { findSelection, type Selection } from "./selection";
import { groundStyle, kelurahanFromZoom, nameLayers } from "./style";
import { compared } from "../time/compared";
import { nextFrame, savePicture } from "../time/picture";
import { mapCaption } from "../time/picture-caption";
import { summarise } from "./summary";
import { drawSymbol } from "./symbols";
import { contains } from "./view-box";
import { layHeat, shadeLayers } from "./shade-layers";
import "./shade-legend";
import { ShadeView } from "./shade-view";
import { shownLayers } from "./shown-layers";

setWorkerUrl(workerUrl);

const AROUND = 24;
const ROOMY_REM = 60;
const QUIET = window.matchMedia("(prefers-reduced-motion: reduce)");

@customElement("city-map")
export class CityMap extends View {
  @state() private failed = false;
  @state() private roomy = true;
  @query(".canvas") private readonly canvas!: HTMLElement;
  @query(".above") private readonly above!: HTMLElement;

  private map: MapLibre | null = null;
  private palette: Palette = readPalette();
  private dressed = "";
  private readonly drawn = new Map<string, unknown>();
  private layers: LayerView | null = null;
  private pointing: Pointing | null = null;
  private shade: ShadeView | null = null;
  private pen: PenView | null = null;
  private readonly markPoints = { incidents: NOTHING, selected: NOTHING };
  private ready = false;
  private selectedId: string | null = null;
  private readonly letters = new Letters(() => this.requestUpdate());
  private readonly measured = new ResizeObserver(([entry]) => {
    this.roomy = (entry?.contentRect.width ?? 0) > ROOMY_REM * this.scale() * 16;
  });
  private readonly redraw = () => this.requestUpdate();
  private readonly picture = (event: Event) => void this.takePicture((event as CustomEvent<() => void>).detail);
  private readonly show = ({ detail }: CustomEventInit<string>) => (detail ? this.bring(detail, true) : this.whole());

  static override readonly styles = [controls, mapStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    screenState.addEventListener("show", this.show);
    screenState.addEventListener("picture", this.picture);
    compared.addEventListener("change", this.redraw);
    this.measured.observe(this);
  }

  override disconnectedCallback(): void {
    screenState.removeEventListener("show", this.show);
    screenState.removeEventListener("picture", this.picture);
    compared.removeEventListener("change", this.redraw);
    this.measured.disconnect();
    this.layers?.remove();
    this.pen?.remove();
    this.map?.remove();
    this.map = null;
    super.disconnectedCallback();
  }

  protected override render() {
    const { words, pointing } = this;
    return html`
      <div class="canvas"></div>
      <div class="above"></div>
      ${this.failed ? html`<p class="notice" role="status">${words.mapUnavailable}</p>` : nothing}
      ${store.city && !store.city.basemap && !store.broughtTo
        ? html`<p class="notice" role="status">${store.areas.length > 0 ? words.mapMissing : words.mapless}</p>`
        : nothing}
      ${pointing?.tip ? html`<div class="tip" aria-hidden="true">${pointing.tip.name}</div>` : nothing}
      ${pointing?.stack ? html`<stack-list .things=${pointing.stack.things} @close=${() => pointing.closeStack()}></stack-list>` : nothing}
      ${screenState.mode === "wall" ? html`<div class="corner"><shade-legend></shade-legend></div><legend-strip></legend-strip>` : this.controls()}
      ${store.city?.credits.length ? html`<p class="credit">${store.city.credits.join(" · ")}</p>` : nothing}
      <pen-notice></pen-notice>
      <p class="unseen" id="map-help">${words.mapHelp}</p>
    `;
  }

  protected override updated(): void {
    for (const [part, at] of [[".tip", this.pointing?.tip], ["stack-list", this.pointing?.stack]] as const) {
      const shown = this.renderRoot.querySelector<HTMLElement>(part);
      if (shown && at) shown.style.transform = `translate(${at.x + 14}px, ${at.y + 14}px)`;
    }
    if (store.phase !== "ready" || !store.city || this.failed) return;
    for (const layer of this.shown()) void store.needTable(layer.id);
    const { heat } = screenState.state;
    if (heat && heat.of !== EVENTS) void store.needTable(heat.of);
    if (!this.map) this.begin();
    this.dress();
    this.draw();
    this.announce();
  }

  private controls() {
    return html`<div class="corner"><shade-legend></shade-legend><legend-box .roomy=${this.roomy}></legend-box></div>
      <map-buttons
        @zoom=${(event: CustomEvent<number>) => this.zoom(event.detail)}
        @whole=${() => this.whole()}
      ></map-buttons>`;
  }

  private shown(): Layer[] {
    return shownLayers(store.city?.layers ?? [], screenState.state.layers);
  }

  private begin(): void {
    const { map: kept } = screenState.state;
    const camera = kept
      ? { center: [kept.lon, kept.lat] as [number, number], zoom: kept.zoom }
      : { bounds: this.cityBounds(), fitBoundsOptions: { padding: this.padding() } };
    try {
      this.map = new MapLibre({
        container: this.canvas,
        style: this.dressedStyle(),
        ...camera,
        minZoom: store.city?.view.minZoom ?? 5,
        maxZoom: store.city?.view.maxZoom ?? 18,
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        maxPitch: 0,
        fadeDuration: 120,
        validateStyle: false,
      });
    } catch {
      this.failed = true;
      return;
    }
    const { map } = this;
    this.attach(map);
    this.shade = new ShadeView(map);
    this.pen = new PenView(map, this.redraw);
    this.layers = new LayerView({
      map,
      above: this.above,
      marks: () => [...this.markPoints.incidents.features, ...this.markPoints.selected.features].map(readMark),
      format: () => this.format,
      look: () => ({ palette: this.palette, theme: this.theme(), scale: this.scale() }),
      ready: (layer) => this.letters.ready(layer.columns.map((column) => this.text(column.unitText)).join("")),
      view: () => this.viewBox(),
      selected: () => screenState.state.id,
      stepped: () => this.mark(map, findSelection(screenState.state.id)),
      changed: () => this.requestUpdate(),
    });
  }

  private attach(map: MapLibre): void {
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.setMissingStyleImageResolver((id) => this.provide(id));
    map.on("load", () => {
      this.ready = true;
      this.requestUpdate();
    });
    map.on("moveend", (event) => this.moved("originalEvent" in event));
    this.pointing = new Pointing({
      map,
      words: () => this.words,
      format: () => this.format,
      text: (text) => this.text(text),
      shown: () => this.shown(),
      pick: (point) => pickAt(map, point, store.areas, kelurahanFromZoom(this.scale()), this.layers?.movers ?? null),
      changed: () => this.requestUpdate(),
    });
  }

  /** The style with the ground, every layer of the city and the selection, in the colours of the theme. */
  private dressedStyle(): StyleSpecification {
    const { city } = store;
    if (!city) throw new Error("the map begins after the city is known");
    const scale = this.scale();
    const theme = this.theme();
    this.dressed = `${theme} ${scale}`;
    this.palette = readPalette();
    const style = groundStyle(city, store.areas, this.palette, scale);
    const ground = style.layers.findIndex(({ id, type }) => id === "city" && type === "fill");
    if (ground >= 0) style.layers.splice(ground + 1, 0, ...shadeLayers());
    layHeat(style);
    layGrounds(style, city.layers, theme, this.palette, scale);
    layTrails(style, scale);
    // What the city names first is drawn last, above the rest.
    for (const layer of [...city.layers].reverse()) {
      const sources = sourcesFor(NOTHING);
      style.sources[layerSource(layer)] = sources.single;
      style.sources[clusterSource(layer)] = sources.clustered;
      style.layers.push(...symbolLayers(layer, theme, this.palette, scale));
    }
    layPen(style, this.palette, scale);
    style.layers.push(...nameLayers(city, this.palette, scale));
    style.layers.push(...city.layers.flatMap((layer) => labelLayer(layer, this.palette, scale)));
    layTop(style, this.palette, scale);
    this.drawn.clear();
    this.layers?.forget();
    this.shade?.forget();
    return style;
  }

  private readonly theme = (): string => screenState.theme;

  private scale(): number {
    return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  }

  /** Another theme or scale: the same map in other clothes. */
  private dress(): void {
    if (!this.map || !this.ready || this.dressed === `${this.theme()} ${this.scale()}`) return;
    this.map.setStyle(this.dressedStyle(), { diff: true, validate: false });
  }

  private provide(id: string): void {
    const ratio = window.devicePixelRatio || 1;
    const image = drawSymbol(id, this.palette, this.scale() * ratio);
    if (image && this.map && !this.map.hasImage(id)) this.map.addImage(id, image, { pixelRatio: ratio });
  }

  private draw(): void {
    const { map } = this;
    if (!map || !this.ready) return;
    this.drawLayers();
    this.shade?.draw(this.palette, this.theme());
    if (this.news("differences", `${compared.version} ${this.theme()}`)) {
      map.getSource<GeoJSONSource>("differences")?.setData(compared.points(this.theme()));
    }
    this.drawIncidents(map);
    this.drawSelection(map);
    this.pen?.draw(this.dressed, !QUIET.matches);
  }

  private drawLayers(): void {
    const shown = this.shown();
    for (const layer of store.city?.layers ?? []) this.layers?.draw(layer, shown.includes(layer));
  }

  private drawIncidents(map: MapLibre): void {
    const open = [...store.incidents.values()].filter(isOpen);
    const key = open.map(({ id, state, position }) => `${id}${state}${position}`).join() + this.theme() + this.format.language;
    if (!this.news("incidents", key)) return;
    this.setMarks(map, "incidents", incidentPoints(open, this.theme(), (text) => this.text(text)));
  }

  private drawSelection(map: MapLibre): void {
    const id = screenState.state.incident ?? screenState.state.id;
    const selection = findSelection(id);
    this.mark(map, selection);
    if (id === this.selectedId || (id && !selection)) return;
    const first = this.selectedId === null && screenState.state.map !== null;
    this.selectedId = id;
    if (selection && id && !first) this.bring(id, false);
  }

  private mark(map: MapLibre, selection: Selection | null): void {
    const id = selection?.kind === "area" ? selection.area.id : (selection?.kind ?? "") + (screenState.state.incident ?? screenState.state.id);
    const title = selection?.kind === "incident" ? this.text(selection.incident.title) : "";
    if (!this.letters.ready(title)) return;
    const at = selection?.kind === "row" ? this.drawnAt(selection) : null;
    const stale = selection?.kind === "row" && this.isStale(selection);
    if (!this.news("selected", `${id} ${at} ${stale} ${this.theme()} ${this.format.language}`)) return;
    const code = selection?.kind === "area" ? selection.area.code : "";
    for (const level of ["kecamatan-selected", "kelurahan-selected"]) {
      if (map.getLayer(level)) map.setFilter(level, ["==", ["get", "code"], code]);
    }
    // The selected symbol carries its own name; its layer must not write it a second time.
    const row = selection?.kind === "row" ? selection.row.id : "";
    for (const { id: layer } of store.city?.layers ?? []) {
      if (map.getLayer(`label ${layer}`)) map.setFilter(`label ${layer}`, ["!=", ["get", "id"], row]);
    }
    this.setMarks(map, "selected", this.grown(selection));
  }

  private setMarks(map: MapLibre, source: "incidents" | "selected", points: typeof NOTHING): void {
    this.markPoints[source] = points;
    void map.getSource<GeoJSONSource>(source)?.setData(points);
  }

  private grown(selection: Selection | null): typeof NOTHING {
    if (selection?.kind === "row") return selectedPoint(selection.layer, { ...selection.row, at: this.drawnAt(selection) }, this.theme(), this.isStale(selection));
    if (selection?.kind !== "incident") return NOTHING;
    return selectedIncident(selection.incident, this.theme(), this.text(selection.incident.title));
  }

  /** Where a selected row is drawn: what moves is on its way. */
  private drawnAt({ layer, row, at }: { layer: Layer; row: Row; at: LonLat }): LonLat {
    return this.layers?.at(layer, row.id) ?? at;
  }

  private isStale({ layer, row }: { layer: Layer; row: Row }): boolean {
    return ailingRow(store.now, row) !== null || (this.layers?.movers.stale(layer, row.id) ?? false);
  }

  /** True when what a source shows has changed. */
  private news(source: string, key: string): boolean {
    if (this.drawn.get(source) === key) return false;
    this.drawn.set(source, key);
    return true;
  }

  /** Moves the map so that a thing is seen; `always` also when it already is. */
  private bring(id: string, always: boolean): void {
    const { map } = this;
    const selection = findSelection(id) ?? this.layers?.ground(id);
    if (!map || !selection) return;
    const animate = !QUIET.matches;
    if (selection.kind === "area" || selection.kind === "ground") {
      const [west, south, east, north] = selection.bounds;
      const inside = contains(this.viewBox(), [west, south]) && contains(this.viewBox(), [east, north]);
      if (always || !inside) map.fitBounds([[west, south], [east, north]], { padding: 4 * AROUND, maxZoom: 15, animate, duration: 200 });
      return;
    }
    if (always && screenState.state.id !== id) this.setMarks(map, "selected", this.grown(selection));
    if (always || !contains(this.viewBox(), selection.at)) {
      map.easeTo({ center: selection.at, zoom: Math.max(map.getZoom(), always ? 14.5 : 0), animate, duration: 200 });
    }
  }

  private viewBox(): Bounds {
    const bounds = this.map?.getBounds();
    return bounds ? [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] : [0, 0, 0, 0];
  }

  private padding() {
    const around = AROUND * this.scale();
    return { top: around, left: around, right: around, bottom: screenState.mode === "wall" ? 3 * around : around };
  }

  private cityBounds(): LngLatBoundsLike {
    return store.city?.view.bounds ?? [-180, -85, 180, 85];
  }

  /** The map as it is drawn now, with what it shows and whence, as a PNG. */
  private async takePicture(done: () => void): Promise<void> {
    const caption = mapCaption(this.shown(), this.words, this.format, (text) => this.text(text));
    if (this.map) await savePicture(await nextFrame(this.map), caption, "map");
    done();
  }

  private moved(byHand: boolean): void {
    if (this.ready) this.drawLayers();
    if (!this.map || (!byHand && !this.ready)) return;
    const { lat, lng } = this.map.getCenter();
    screenState.adjust({ map: { zoom: this.map.getZoom(), lat, lon: lng } });
  }

  private zoom(by: number): void {
    this.map?.zoomTo(this.map.getZoom() + by, { duration: QUIET.matches ? 0 : 160 });
  }

  private whole(): void {
    this.map?.fitBounds(this.cityBounds(), { padding: this.padding(), animate: !QUIET.matches, duration: 200 });
  }

  /** What is not to be trusted of what the map shows. */
  private blind(): string[] {
    const found = new Set(this.shown().flatMap(({ id }) => blinding(store.now, id)));
    return [...found].map((source) => ailingWords(this.text(source.title), source, this.words, this.format, store.clock()));
  }

  private announce(): void {
    const canvas = this.map?.getCanvas();
    if (!canvas) return;
    const open = [...store.incidents.values()].filter(isOpen).length;
    const count = (layer: Layer) => store.tables.get(layer.id)?.rows.size ?? layer.count;
    canvas.setAttribute("aria-label", summarise(this.shown(), count, { events: open, blind: this.blind() }, this.words, this.format));
    canvas.setAttribute("aria-describedby", "map-help");
  }
}
