/** What lies near an incident on the layers that are on screen: cameras, sensors, places to go to. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { dispatch } from "../api/dispatch";
import type { NearThing } from "../api/incident-types";
import type { Incident, LonLat } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";

const WITHIN_M = 1_500;
const MOST = 6;

/** Metres between two positions, on the sphere flattened at their latitude. */
export function metres(a: LonLat, b: LonLat): number {
  const east = (b[0] - a[0]) * Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180);
  return Math.hypot(east, b[1] - a[1]) * 111_195;
}

@customElement("incident-near")
export class IncidentNear extends View {
  @property({ attribute: false }) incident!: Incident;
  @state() private things: readonly NearThing[] = [];

  private readFor = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .row {
        padding-block: 0.375rem;
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override willUpdate(): void {
    const { id, location } = this.incident;
    const key = `${id} ${location?.join(",") ?? ""}`;
    if (key === this.readFor || store.past) return;
    this.readFor = key;
    void dispatch
      .nearby(id)
      .then((things) => id === this.incident.id && (this.things = things))
      .catch(() => (this.things = []));
  }

  protected override render() {
    const { location } = this.incident;
    const things = store.past ? [] : this.things;
    const watched = new Set(things.map(({ id }) => id));
    const near = location ? this.near(location).filter(({ id }) => !watched.has(id)) : [];
    return html`${things.length ? this.watchers(things) : nothing}${near.length ? this.places(near) : nothing}`;
  }

  /** Cameras and sensors, with the age of their last word. */
  private watchers(things: readonly NearThing[]) {
    const words = this.words.incidents;
    return html`<div class="section-head"><h2>${words.watching}</h2></div>
      ${things.map(
        ({ id, name, typeTitle, distance, age }) => html`<button class="row" data-near=${id} @click=${() => screenState.openPlace(id)}>
          <span class="main">${name}<br /><span class="small">${this.text(typeTitle)}</span></span>
          <span class="end">${this.format.distance(distance)} · ${age === null ? words.noWord : words.wordAge(Math.round(age / 60))}</span>
        </button>`,
      )}`;
  }

  private places(near: ReturnType<IncidentNear["near"]>) {
    return html`<div class="section-head"><h2>${this.words.incidents.near}</h2></div>
      ${near.map(
        ({ id, name, layer, far }) => html`<button class="row" @click=${() => screenState.openPlace(id)}>
          <span class="main">${name}</span><span class="end">${layer} · ${this.format.distance(far)}</span>
        </button>`,
      )}`;
  }

  private near(from: LonLat) {
    const names = new Map((store.city?.layers ?? []).map((layer) => [layer.id, this.text(layer.title)]));
    return [...store.tables.entries()]
      .flatMap(([layer, table]) =>
        [...table.rows.values()].flatMap((row) => (row.at ? [{ id: row.id, name: row.name, layer: names.get(layer) ?? layer, far: metres(from, row.at) }] : [])),
      )
      .filter(({ far }) => far <= WITHIN_M)
      .sort((a, b) => a.far - b.far)
      .slice(0, MOST);
  }
}
