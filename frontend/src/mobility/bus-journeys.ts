/** From here to there at this time: ends by stop or on the map, journeys as legs with their walks, and on the map as a line. */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { serviceRead } from "../api/service-read";
import type { LonLat } from "../api/types";
import "../calls/pick-box";
import type { Choice } from "../calls/pick-box";
import { store } from "../live/store";
import { pen } from "../map/pen";
import { PenHold } from "../map/pen-hold";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { fromField } from "../time/zoned";
import "../value/method-mark";
import { Reading } from "../views/reading";
import type { Halt, Journey, Journeys, Leg, StopFound, TimetableNow } from "./bus-types";
import { type End, type JourneyWish, wishOf, written } from "./journey-wish";
import { MobilityView } from "./mobility-view";

type Side = "from" | "to";

@customElement("bus-journeys")
export class BusJourneys extends MobilityView {
  /** The wish as the address keeps it. */
  @property() wished = "";
  @property({ attribute: false }) timetables: readonly TimetableNow[] = [];
  @state() private shown = 0;
  private picking: Side | null = null;
  /** The same objects as long as the wish is the same: what somebody types is not written over. */
  private chosen: Record<Side, Choice | null> = { from: null, to: null };

  private readonly hold = new PenHold(this, (drawn) => {
    if (this.picking && drawn.type === "Point") this.put({ [this.picking]: { at: drawn.coordinates as LonLat, name: "" } });
    this.picking = null;
  });

  private readonly reading = new Reading<Journeys>(this, {
    key: () => (this.wish.from && this.wish.to ? this.wished : null),
    read: (signal) => serviceRead<Journeys>("mobility", "journeys", this.asked(), signal),
    got: () => (this.shown = 0),
  });

  static override readonly styles = [
    controls,
    panelParts,
    css`
      form {
        display: grid;
        gap: 0.625rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .end {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.5rem;
        align-items: end;
      }

      .when {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: end;
      }

      .journey {
        border-bottom: 1px solid var(--line);
      }

      .journey > button {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        align-items: baseline;
        width: 100%;
        padding: 0.625rem 1.125rem;
      }

      .journey > button[aria-expanded="true"] {
        background: color-mix(in srgb, var(--accent) 7%, transparent);
      }

      .journey strong {
        font-weight: 600;
      }

      ol {
        padding: 0 1.125rem 0.625rem;
      }

      ol li {
        display: grid;
        grid-template-columns: 4rem minmax(0, 1fr);
        gap: 0 0.75rem;
        padding: 0.375rem 0 0.375rem 0.75rem;
        border-left: 3px solid var(--accent);
      }

      ol li[data-kind="walk"] {
        border-left: 3px dotted var(--ink3);
      }

      ol .line {
        font-weight: 600;
      }

      .link {
        color: var(--accent);
        text-align: left;
      }

      .note {
        padding: 0.375rem 1.125rem;
        max-width: 70ch;
      }
    `,
  ];

  private get wish(): JourneyWish {
    return wishOf(this.wished);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    pen.show(null);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("wished")) return;
    const { from, to } = this.wish;
    const choice = (end: End | null): Choice | null => end && { key: end.at.join(), name: this.nameOf(end), detail: "" };
    this.chosen = { from: choice(from), to: choice(to) };
  }

  protected override updated(): void {
    const journey = this.reading.value?.journeys[this.shown];
    const { from, to } = this.wish;
    const ends = [from, to].flatMap((end) => (end ? [end.at] : []));
    if (!journey) return pen.show(null, "accent", ends);
    pen.show({ type: "MultiLineString", coordinates: journey.legs.map(({ way }) => [...way]) }, "accent", placesOf(journey, ends));
  }

  protected override render() {
    const { buses: say } = this.say;
    const { when, arrive, timetable, from, to } = this.wish;
    const found = this.reading.value;
    const words = (event: Event) => (event.target as HTMLInputElement).value;
    return html`<div class="section-head"><h2>${say.parts.journeys}</h2></div>
      <form @submit=${(event: Event) => event.preventDefault()}>
        ${this.end("from", say.from)} ${this.end("to", say.to)}
        <div class="when">
          <label class="field">${say.mode}
            <select @change=${(event: Event) => this.put({ arrive: words(event) === "arrive" })}>
              <option value="depart" ?selected=${!arrive}>${say.depart}</option>
              <option value="arrive" ?selected=${arrive}>${say.arrive}</option>
            </select></label
          >
          <label class="field">${say.when}<input type="datetime-local" .value=${when} @change=${(event: Event) => this.put({ when: words(event) })} /></label>
          ${this.timetables.length > 1
            ? html`<label class="field">${say.timetable}
                <select @change=${(event: Event) => this.put({ timetable: words(event) })}>
                  ${this.timetables.map(({ feed, name }) => html`<option value=${feed} ?selected=${feed === (timetable || this.timetables[0]?.feed)}>${name}</option>`)}
                </select></label
              >`
            : nothing}
          <button type="button" class="button" @click=${() => this.put({ from: to, to: from })}>${say.turn}</button>
        </div>
      </form>
      ${from && to ? this.stateOf(this.reading) : html`<p class="empty">${say.needEnds}</p>`} ${found ? this.answer(found) : nothing}`;
  }

  private end(side: Side, label: string) {
    const { buses: say } = this.say;
    const picks = pen.mode === "point" && this.picking === side;
    return html`<div class="end" data-side=${side}>
      <pick-box .label=${label} .hint=${say.stopName} .find=${this.find} .chosen=${this.chosen[side]} @chosen=${(event: CustomEvent<Choice>) => this.chose(side, event.detail)}></pick-box>
      <button type="button" class="button" aria-pressed=${picks} @click=${() => this.pick(side)}>${say.onMap}</button>
    </div>`;
  }

  private nameOf({ at, name }: End): string {
    return name || at.map((each) => each.toFixed(5)).join(", ");
  }

  private pick(side: Side): void {
    this.picking = side;
    this.hold.draw("point");
  }

  private readonly find = async (typed: string, signal: AbortSignal): Promise<Choice[]> => {
    const place = /^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$/.exec(typed);
    if (place) return [{ key: `${place[1]},${place[2]}`, name: typed.trim(), detail: this.say.buses.lonLat }];
    const timetable = this.wish.timetable;
    const { stops } = await serviceRead<{ stops: StopFound[] }>("mobility", "transit-stops", { name: typed, timetable }, signal);
    return stops.map(({ name, at, timetable: of }) => ({ key: at.join(), name, detail: of }));
  };

  private chose(side: Side, { key, name }: Choice): void {
    const [lon = NaN, lat = NaN] = key.split(",").map(Number);
    const end = this.wish[side];
    if (end && end.at[0] === lon && end.at[1] === lat) return;
    this.put({ [side]: { at: [lon, lat], name: key === name ? "" : name } });
  }

  private put(change: Partial<JourneyWish>): void {
    screenState.adjust({ detail: `journeys:${written({ ...this.wish, ...change })}` });
  }

  private asked() {
    const { from, to, when, arrive, expired, timetable } = this.wish;
    const moment = when ? (fromField(when, store.city?.timeZone ?? "UTC")?.toISOString() ?? null) : null;
    const at = moment ?? (arrive ? store.clock().toISOString() : null);
    const feed = timetable || (this.timetables.length > 1 ? this.timetables[0]?.feed : "");
    return { from: from?.at.join(), to: to?.at.join(), [arrive ? "arrive" : "depart"]: at, expired: expired || null, timetable: feed || null };
  }

  private answer({ timetable, journeys, walkSeconds, method, at, notes }: Journeys) {
    const { buses: say } = this.say;
    const over = timetable !== null && !this.wish.expired && this.timetables.some(({ id, over: is }) => id === timetable.id && is);
    return html`<p class="note small">
        <method-mark method=${method}></method-mark> ${timetable ? say.byTimetable(timetable.name, this.format.moment(timetable.since)) : ""} ${say.askedAt(this.format.hourWithZone(at))}
      </p>
      ${journeys.length === 0 ? html`<p class="empty" role="status">${say.noJourney}</p>` : nothing}
      ${over && journeys.length === 0 ? html`<p class="note"><button class="button" @click=${() => this.put({ expired: true })}>${say.takeExpired}</button></p>` : nothing}
      ${journeys.map((journey, place) => this.journey(journey, place))}
      ${walkSeconds === null ? nothing : html`<p class="note">${say.walkAll(this.minutes(walkSeconds))}</p>`}
      ${notes.map((note) => html`<p class="note small">${this.text(note)}</p>`)}`;
  }

  private journey(journey: Journey, place: number) {
    const { buses: say } = this.say;
    const open = place === this.shown;
    const exact = (value: number) => this.format.exact(value);
    return html`<section class="journey">
      <button aria-expanded=${open} @click=${() => (this.shown = place)}>
        <strong>${this.format.hour(journey.depart)}–${this.format.hour(journey.arrive)}</strong>
        <span>${this.minutes(journey.seconds)}</span>
        <span>${say.changes(exact(journey.changes))}</span>
        <span>${say.onFoot(this.minutes(journey.walkSeconds))}</span>
        <span class="small">${journey.legs.flatMap(({ line }) => (line ? [line] : [])).join(" → ")}</span>
        ${journey.approximate ? html`<span class="small">${say.approximate}</span>` : nothing}
      </button>
      ${open ? html`<ol>${journey.legs.map((leg) => this.leg(leg))}</ol>` : nothing}
    </section>`;
  }

  private leg(leg: Leg) {
    const { buses: say } = this.say;
    const exact = (value: number) => this.format.exact(value);
    const headway = leg.headway ? say.every(exact(Math.round(leg.headway / 6) / 10)) : "";
    const ride = [leg.headsign ? say.towards(leg.headsign) : "", say.stopCount(exact(leg.stops ?? 0)), headway].filter(Boolean).join(" · ");
    return html`<li data-kind=${leg.kind}>
      <span>${this.format.hour(leg.depart)}${this.shifted(leg.depart, leg.plannedDepart)}</span>
      <span>${this.halt(leg.origin, say.origin)}</span>
      <span></span>
      <span>
        ${leg.kind === "walk"
          ? html`${say.walk(this.minutes(leg.seconds))}`
          : html`<span class="line">${leg.line}</span> <span class="small">${ride}${leg.approximate ? ` · ${say.approximate}` : ""}${this.live(leg)}</span>`}
      </span>
      <span>${this.format.hour(leg.arrive)}${this.shifted(leg.arrive, leg.plannedArrive)}</span>
      <span>${this.halt(leg.goal, say.goal)}</span>
    </li>`;
  }

  /** The planned hour, struck out, where another one is expected. */
  private shifted(told: string, planned: string | null) {
    const [now, was] = [this.format.hour(told), planned && this.format.hour(planned)];
    return was && was !== now ? html` <s class="small">${was}</s>` : nothing;
  }

  private live({ asOf, departBy, arriveBy }: Leg): string {
    const { buses: say } = this.say;
    if (!asOf) return "";
    const both = departBy === "live" && arriveBy === "live";
    return ` · ${both ? say.liveTimes(this.format.hour(asOf)) : say.livePartly(this.format.hour(asOf))}`;
  }

  private halt({ name, entity }: Halt, otherwise: string) {
    if (!entity) return otherwise;
    return html`<button class="link" @click=${() => screenState.openPlace(entity)}>${name ?? entity}</button>`;
  }

  private minutes(seconds: number): string {
    return this.say.buses.minutes(this.format.exact(Math.max(1, Math.round(seconds / 60))));
  }
}

/** Where one gets on and off, and the two ends. */
function placesOf({ legs }: Journey, ends: readonly LonLat[]): LonLat[] {
  return [...ends, ...legs.filter(({ kind }) => kind === "ride").flatMap(({ origin, goal }) => [origin.at, goal.at])];
}
