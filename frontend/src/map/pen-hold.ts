/** Holds the pen for a component while it is on the screen: takes what was drawn, and the keys that end or undo it. */
import type { Geometry } from "geojson";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { LonLat } from "../api/types";
import { typing } from "../lists/list-keys";
import { screenState } from "../screen/screen";
import { pen, type PenMode } from "./pen";

export class PenHold implements ReactiveController {
  private readonly changed = () => this.host.requestUpdate();
  private readonly drawn = (event: Event) => this.took((event as CustomEvent<Geometry>).detail);
  private readonly cornered = (event: Event) => this.corner?.((event as CustomEvent<LonLat | null>).detail);
  private readonly onKey = (event: KeyboardEvent) => this.key(event);

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly take: (drawn: Geometry) => void,
    private readonly corner?: (at: LonLat | null) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    pen.addEventListener("drawn", this.drawn);
    pen.addEventListener("corner", this.cornered);
    pen.addEventListener("change", this.changed);
    window.addEventListener("keydown", this.onKey, { capture: true });
  }

  hostDisconnected(): void {
    pen.removeEventListener("drawn", this.drawn);
    pen.removeEventListener("corner", this.cornered);
    pen.removeEventListener("change", this.changed);
    window.removeEventListener("keydown", this.onKey, { capture: true });
    pen.stop();
  }

  /** Begins to draw, or stops where it is drawn already; on a phone the map comes up. */
  draw(mode: PenMode): void {
    pen.start(pen.mode === mode ? "off" : mode);
    if (screenState.mode === "phone") screenState.adjust({ sheet: pen.mode !== "off" });
  }

  private took(drawn: Geometry): void {
    if (screenState.mode === "phone") screenState.adjust({ sheet: false });
    this.take(drawn);
  }

  private key(event: KeyboardEvent): void {
    if (pen.mode === "off" || typing(event)) return;
    if (event.key === "Enter") pen.finish();
    else if (event.key === "Backspace") pen.back();
    else if (event.key === "Escape") pen.stop();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
