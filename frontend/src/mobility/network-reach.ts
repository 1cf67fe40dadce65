/** How far one comes from a place on the map, by road, around what is closed: its outlines lie on the map. */
import type { Geometry, MultiPolygon, Polygon } from "geojson";
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { serviceRead } from "../api/service-read";
import type { LonLat, Text } from "../api/types";
import { pen } from "../map/pen";
import { PenHold } from "../map/pen-hold";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { Reading } from "../views/reading";
import { MobilityView } from "./mobility-view";

const KINDS = ["car", "motorcycle", "bus", "truck", "bicycle", "pedestrian"] as const;
const MINUTES = [5, 10, 15] as const;

interface RoadReach {
  features: readonly { geometry: Polygon | MultiPolygon; properties: { minutes: number } }[];
  found: { closures: number; speeds: number; graph: { built_from: string | null; age_days: number | null } | null; why: { text: Text } | null };
}

@customElement("network-reach")
export class NetworkReach extends MobilityView {
  @state() private from: LonLat | null = null;
  @state() private by: (typeof KINDS)[number] = "car";
  private readonly hold = new PenHold(this, (drawn) => this.took(drawn));
  private readonly reading = new Reading<RoadReach>(this, {
    key: () => (this.from ? `${this.from.join()} ${this.by}` : null),
    every: 60,
    read: (signal) => serviceRead<RoadReach>("mobility", "reach", { from: (this.from ?? []).join(), minutes: MINUTES.join(), by: this.by }, signal),
    got: ({ features }) => pen.show(outlines(features.map(({ geometry }) => geometry)), "accent", this.from ? [this.from] : []),
  });

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .wish {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.5rem 0.75rem;
        padding: 0.5rem 1.125rem;
      }

      .note {
        padding: 0 1.125rem 0.625rem;
        max-width: 70ch;
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    pen.show(null);
  }

  protected override render() {
    const { roads: say } = this.say;
    const choose = (event: Event) => (this.by = (event.target as HTMLSelectElement).value as typeof this.by);
    return html`<div class="section-head"><h2>${say.reach}</h2></div>
      <div class="wish">
        <label class="field">${say.reachBy}
          <select @change=${choose}>
            ${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === this.by}>${say.kinds[kind]}</option>`)}
          </select></label
        >
        <button class="button" aria-pressed=${pen.mode === "point"} @click=${() => this.hold.draw("point")}>${say.reachFrom}</button>
        ${this.from ? html`<button class="button" @click=${() => this.clear()}>${say.reachClear}</button>` : nothing}
      </div>
      ${pen.mode === "point" ? html`<p class="note small" role="status">${say.reachTap}</p>` : nothing}
      ${this.from ? html`${this.stateOf(this.reading)} ${this.reading.value ? this.said(this.reading.value) : nothing}` : nothing}`;
  }

  private said({ features, found }: RoadReach) {
    const { roads: say } = this.say;
    if (found.why) return html`<p class="note" role="status">${found.why.text[screenState.language]}</p>`;
    const minutes = features.map(({ properties }) => this.format.exact(properties.minutes)).join(", ");
    const graph = found.graph?.built_from ?? "";
    const of = (count: number) => this.format.exact(count);
    return html`<p class="note small" role="status">${say.reached(minutes)} ${say.reachKept(of(found.closures), of(found.speeds), graph)}</p>`;
  }

  private took(drawn: Geometry): void {
    if (drawn.type !== "Point") return;
    const [lon, lat] = drawn.coordinates;
    if (lon !== undefined && lat !== undefined) this.from = [Number(lon.toFixed(6)), Number(lat.toFixed(6))];
  }

  private clear(): void {
    this.from = null;
    pen.show(null);
  }
}

/** One geometry of the outlines of all: their rings, drawn over each other. */
function outlines(areas: readonly (Polygon | MultiPolygon)[]): Geometry {
  const coordinates = areas.flatMap((area) => (area.type === "Polygon" ? [area.coordinates] : area.coordinates));
  return { type: "MultiPolygon", coordinates };
}
