/**
 * Thousands of moving symbols, drawn by deck.gl on a canvas of its own above the map: loaded only when there are so many.
 * A canvas of its own, because the ground beneath then need not be drawn again for every step of a symbol.
 */
import { Deck, OrthographicView } from "@deck.gl/core";
import type { Map as MapLibre } from "maplibre-gl";
import type { LonLat } from "../api/types";
import { isStale, positionAt, type Tracks } from "../live/tracks";
import { type Camera, placement } from "./clip-space";
import { NUMBERS, SymbolLayer } from "./symbol-layer";

/** One layer of things that move. `icons`: two squares, of a present position and of one that is old. */
export interface Fleet {
  id: string;
  tracks: Tracks;
  icons: HTMLCanvasElement;
  /** Side of a symbol on the screen, in CSS pixels. */
  size: number;
}

/** A symbol that lies above all movers: an event, or what is selected. */
export interface Mark {
  at: LonLat;
  /** Its image, by the name under which the map knows it. */
  icon: string;
}

export interface Marks {
  all: readonly Mark[];
  image(icon: string): ImageData | null;
}

/** Room for symbols grows in steps of so many. */
const STEP = 1024;

export class MoverDeck {
  private readonly deck: Deck<OrthographicView>;
  private readonly room = new Map<string, Float32Array>();
  private sheet: { key: string; canvas: HTMLCanvasElement } | null = null;
  private last: (() => void) | null = null;
  private readonly follow = () => {
    this.last?.();
    this.deck.redraw("the map has moved");
  };

  constructor(
    private readonly map: MapLibre,
    parent: HTMLElement,
  ) {
    this.deck = new Deck({
      parent: parent as HTMLDivElement,
      style: { pointerEvents: "none" },
      views: new OrthographicView(),
      viewState: { target: [0, 0, 0], zoom: 0 },
      controller: false,
      deviceProps: { type: "webgl", webgl: { antialias: false, depth: false, stencil: false } },
      layers: [],
    });
    map.on("move", this.follow);
    map.on("resize", this.follow);
  }

  remove(): void {
    this.map.off("move", this.follow);
    this.map.off("resize", this.follow);
    this.deck.finalize();
  }

  draw(fleets: readonly Fleet[], marks: Marks, now: number, city: number): void {
    this.last = () => this.place(fleets, marks, now, city);
    this.last();
  }

  private place(fleets: readonly Fleet[], marks: Marks, now: number, city: number): void {
    const layers = fleets.map((fleet) => this.fleet(fleet, now, city));
    this.deck.setProps({ layers: fleets.length ? [...layers, this.marks(marks)] : [] });
  }

  private fleet({ id, tracks, icons, size }: Fleet, now: number, city: number): SymbolLayer {
    const places = this.roomFor(id, tracks.all.size);
    const { x, y } = placement(this.camera());
    const side = Math.round(size * this.ratio());
    let index = 0;
    for (const track of tracks.all.values()) {
      const [lon, lat] = positionAt(track, now);
      const [px, py] = [x(lon), y(lat)];
      if (px < -1.1 || px > 1.1 || py < -1.1 || py > 1.1) continue;
      places.set([px, py, isStale(track, tracks, city) ? 1 : 0, side], NUMBERS * index);
      index += 1;
    }
    return new SymbolLayer({ id: `movers ${id}`, sheet: icons, places, count: index, data: [now, city, index] });
  }

  private marks({ all, image }: Marks): SymbolLayer {
    const names = [...new Set(all.map(({ icon }) => icon))];
    const sheet = this.sheetOf(names, image);
    const places = this.roomFor("marks", all.length);
    const { x, y } = placement(this.camera());
    all.forEach(({ at, icon }, index) => places.set([x(at[0]), y(at[1]), names.indexOf(icon), sheet.height], NUMBERS * index));
    return new SymbolLayer({ id: "marks", sheet, places, count: all.length, data: [...all] });
  }

  /** The pictures of the marks side by side, each in the middle of its square. */
  private sheetOf(names: readonly string[], image: (icon: string) => ImageData | null): HTMLCanvasElement {
    const key = names.join("\n");
    if (this.sheet?.key === key) return this.sheet.canvas;
    const pictures = names.map(image);
    const side = Math.max(1, ...pictures.map((picture) => picture?.height ?? 1));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [side * Math.max(1, names.length), side];
    pictures.forEach((picture, index) => {
      if (picture) canvas.getContext("2d")?.putImageData(picture, index * side + (side - picture.width) / 2, (side - picture.height) / 2);
    });
    this.sheet = { key, canvas };
    return canvas;
  }

  private roomFor(id: string, count: number): Float32Array {
    const kept = this.room.get(id);
    if (kept && kept.length >= NUMBERS * count) return kept;
    const room = new Float32Array(NUMBERS * STEP * Math.ceil(Math.max(1, count) / STEP));
    this.room.set(id, room);
    return room;
  }

  private ratio(): number {
    return window.devicePixelRatio || 1;
  }

  private camera(): Camera {
    const { lng, lat } = this.map.getCenter();
    const { clientWidth, clientHeight } = this.map.getContainer();
    return { center: [lng, lat], zoom: this.map.getZoom(), width: clientWidth, height: clientHeight };
  }
}
