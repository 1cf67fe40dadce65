/** One corridor: its stops in order on the map and as rows, how often it comes, what it costs. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { LonLat } from "../api/types";
import { pen } from "../map/pen";
import { PenHold } from "../map/pen-hold";
import { controls, panelParts } from "../theme/controls";
import { tableParts } from "../theme/table-parts";
import { changed, DAYS, type Days, type DraftCorridor, type DraftHeadway, type DraftList, type DraftStop, moved, stopAt, wayOf } from "./corridor-draft";
import { MobilityView } from "./mobility-view";

type Put = (text: string) => void;

@customElement("corridor-editor")
export class CorridorEditor extends MobilityView {
  @property({ attribute: false }) list!: DraftList;
  @property({ attribute: false }) line!: DraftCorridor;

  private readonly hold = new PenHold(
    this,
    () => undefined,
    (at) => this.corner(at),
  );

  static override readonly styles = [
    controls,
    panelParts,
    tableParts,
    css`
      :host {
        display: block;
      }

      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr));
        gap: 0.625rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .wide {
        grid-column: span 2;
      }

      .check {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        font-size: 0.8125rem;
      }

      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .note {
        padding: 0.375rem 1.125rem;
        max-width: 70ch;
      }

      th,
      td {
        padding: 0.25rem 0.25rem;
        text-align: left;
        font-weight: 400;
      }

      th {
        color: var(--ink2);
        font-size: var(--t12);
        line-height: 1rem;
      }

      th:first-child,
      td:first-child {
        padding-left: 1.125rem;
      }

      td input,
      td select {
        width: 100%;
        min-width: 4.5rem;
        padding: 0.3125rem 0.5rem;
        border: 1px solid var(--edge);
        border-radius: 0.375rem;
        background: var(--bg);
      }

      td.name input {
        min-width: 10rem;
      }

      td.tools {
        white-space: nowrap;
      }

      td.tools button {
        min-width: 1.75rem;
        padding: 0.3125rem;
        text-align: center;
        color: var(--ink2);
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    pen.show(null);
  }

  protected override updated(): void {
    const way = wayOf(this.line);
    pen.show(way.length > 1 ? { type: "LineString", coordinates: way } : null, "accent", way);
  }

  protected override render() {
    const { corridors: say } = this.say.buses;
    return html`${this.facts()}
      <div class="section-head"><h2>${say.stops}</h2><span class="count">${this.format.exact(this.line.stops.length)}</span></div>
      <p class="note small">${say.stopsHow}</p>
      ${this.line.stops.length ? this.stops() : nothing}
      <div class="acts">
        <button class="button" aria-pressed=${pen.mode === "line"} @click=${() => this.hold.draw("line")}>${say.draw}</button>
        <button class="button" @click=${this.addStop}>+ ${say.addStop}</button>
      </div>
      <div class="section-head"><h2>${say.headways}</h2></div>
      ${this.headways()}
      <div class="acts">
        <button class="button" @click=${this.addHeadway}>+ ${say.addHeadway}</button>
        <button class="button" @click=${() => this.dispatchEvent(new Event("gone"))}>${say.removeLine}</button>
      </div>`;
  }

  private facts() {
    const { corridors: say } = this.say.buses;
    const { line } = this;
    const check = (label: string, is: boolean, put: (is: boolean) => void) =>
      html`<label class="check"><input type="checkbox" .checked=${is} @change=${(event: Event) => put((event.target as HTMLInputElement).checked)} />${label}</label>`;
    return html`<div class="fields">
      ${this.field(say.code, "code", line.code, (code) => this.put({ code }))}
      <div class="wide">${this.field(say.name, "name", line.name, (name) => this.put({ name }))}</div>
      <label class="field">${say.kind}
        <select name="kind" @change=${(event: Event) => this.kind((event.target as HTMLSelectElement).value)}>
          ${(["bus", "minibus"] as const).map((kind) => html`<option value=${kind} ?selected=${kind === line.kind}>${say.kinds[kind]}</option>`)}
        </select></label
      >
      ${this.field(say.speed, "speed", shown(line.speed), (text) => this.put({ speed: number(text) }), "number")}
      ${this.field(say.fare, "fare", shown(line.fare), (text) => this.put({ fare: number(text) }), "number")}
      <div class="wide">${this.field(say.source, "source", line.source, (source) => this.put({ source }))}</div>
      ${check(say.wave, line.hail_and_ride, (hail_and_ride) => this.put({ hail_and_ride }))}
      ${check(say.bothWays, line.both_ways, (both_ways) => this.put({ both_ways }))}
    </div>`;
  }

  private stops() {
    const { corridors: say } = this.say.buses;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${say.stops}>
      <table>
        <thead>
          <tr>
            ${["", say.stop, say.lat, say.lon, say.minutes, ""].map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${this.line.stops.map((stop, place) => this.stop(stop, place))}
        </tbody>
      </table>
    </div>`;
  }

  private stop(stop: DraftStop, place: number) {
    const { corridors: say } = this.say.buses;
    const { stops } = this.line;
    const named = stop.name || `${say.stop} ${place + 1}`;
    const put = (change: Partial<DraftStop>) => this.put({ stops: changed(stops, place, change) });
    const tool = (word: string, sign: string, off: boolean, to: readonly DraftStop[]) =>
      html`<button aria-label=${word} title=${word} ?disabled=${off} @click=${() => this.put({ stops: to })}>${sign}</button>`;
    return html`<tr data-stop=${place}>
      <td>${this.format.exact(place + 1)}</td>
      <td class="name">${this.cell(`${say.stop} ${place + 1}`, stop.name, (name) => put({ name }))}</td>
      <td>${this.cell(`${named}: ${say.lat}`, shown(stop.lat), (text) => put({ lat: number(text) }), "number")}</td>
      <td>${this.cell(`${named}: ${say.lon}`, shown(stop.lon), (text) => put({ lon: number(text) }), "number")}</td>
      <td>${place ? this.cell(`${named}: ${say.minutes}`, shown(stop.minutes), (text) => put({ minutes: number(text) }), "number") : nothing}</td>
      <td class="tools">
        ${tool(say.up(named), "↑", place === 0, moved(stops, place, place - 1))} ${tool(say.down(named), "↓", place === stops.length - 1, moved(stops, place, place + 1))}
        ${tool(say.remove(named), "×", false, stops.filter((_, each) => each !== place))}
      </td>
    </tr>`;
  }

  private headways() {
    const { corridors: say } = this.say.buses;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${say.headways}>
      <table>
        <thead>
          <tr>
            ${[say.from, say.to, say.every, say.days, ""].map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${this.line.headways.map((headway, place) => this.headway(headway, place))}
        </tbody>
      </table>
    </div>`;
  }

  private headway(headway: DraftHeadway, place: number) {
    const { corridors: say } = this.say.buses;
    const { headways } = this.line;
    const put = (change: Partial<DraftHeadway>) => this.put({ headways: changed(headways, place, change) });
    return html`<tr data-headway=${place}>
      <td>${this.cell(say.from, headway.from, (from) => put({ from }))}</td>
      <td>${this.cell(say.to, headway.to, (to) => put({ to }))}</td>
      <td>${this.cell(say.every, shown(headway.minutes), (text) => put({ minutes: number(text) }), "number")}</td>
      <td>
        <select aria-label=${say.days} @change=${(event: Event) => put({ days: (event.target as HTMLSelectElement).value as Days })}>
          ${DAYS.map((days) => html`<option value=${days} ?selected=${days === headway.days}>${say.dayNames[days]}</option>`)}
        </select>
      </td>
      <td class="tools">
        <button aria-label=${say.remove(`${headway.from}–${headway.to}`)} @click=${() => this.put({ headways: headways.filter((_, each) => each !== place) })}>×</button>
      </td>
    </tr>`;
  }

  private field(label: string, name: string, value: string, put: Put, type = "text") {
    return html`<label class="field">${label}<input name=${name} type=${type} step="any" maxlength="200" .value=${value} @change=${(event: Event) => put((event.target as HTMLInputElement).value)} /></label>`;
  }

  private cell(label: string, value: string, put: Put, type = "text") {
    return html`<input aria-label=${label} type=${type} step="any" maxlength="200" .value=${value} @change=${(event: Event) => put((event.target as HTMLInputElement).value)} />`;
  }

  private kind(kind: string): void {
    this.put(kind === "minibus" ? { kind: "minibus", hail_and_ride: true } : { kind: "bus", hail_and_ride: false });
  }

  /** A click on the map, or the last one taken back. */
  private corner(at: LonLat | null): void {
    const { stops } = this.line;
    if (at === null) return this.put({ stops: stops.slice(0, -1) });
    this.put({ stops: [...stops, stopAt(this.list, at, `${this.say.buses.corridors.stop} ${stops.length + 1}`)] });
  }

  private readonly addStop = () => this.put({ stops: [...this.line.stops, { name: "", lat: null, lon: null }] });

  private readonly addHeadway = () => {
    const last = this.line.headways.at(-1);
    this.put({ headways: [...this.line.headways, { from: last?.to ?? "06:00", to: "22:00", minutes: 20, days: last?.days ?? "all" }] });
  };

  private put(change: Partial<DraftCorridor>): void {
    this.dispatchEvent(new CustomEvent("line", { detail: { ...this.line, ...change } }));
  }
}

function shown(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

function number(text: string): number | null {
  const value = Number(text.replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}
