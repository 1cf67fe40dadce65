/** Public transport: what runs, how evenly, how one comes from here to there, how sound the timetables are. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { serviceRead } from "../api/service-read";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { Reading } from "../views/reading";
import "./bus-alerts";
import "./bus-feeds";
import "./bus-journeys";
import "./bus-line";
import "./bus-lines";
import { type Buses, valuesOf } from "./bus-types";
import { MobilityView } from "./mobility-view";

const PARTS = ["lines", "journeys", "feeds"] as const;
type Part = (typeof PARTS)[number];

@customElement("mobility-buses")
export class BusesPage extends MobilityView {
  private readonly reading = new Reading<Buses>(this, {
    key: () => "all",
    every: 15,
    read: (signal) => serviceRead<Buses>("mobility", "buses", {}, signal),
    got: (buses) => this.give(valuesOf(buses)),
  });

  static override readonly styles = [
    controls,
    panelParts,
    css`
      :host {
        display: block;
      }

      .tiles {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr));
        border-bottom: 1px solid var(--line);
      }

      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      nav button[aria-current="page"] {
        border-color: var(--accent);
        color: var(--accent);
      }
    `,
  ];

  /** `line:ID`, `journeys:WISH`, `feeds:NAME`; anything else is the list of lines. */
  private get open(): { part: Part; rest: string } {
    const [part = "", ...rest] = (this.detail ?? "").split(":");
    if (part === "line") return { part: "lines", rest: rest.join(":") };
    return { part: PARTS.find((each) => each === part) ?? "lines", rest: rest.join(":") };
  }

  protected override render() {
    const { buses: say } = this.say;
    const buses = this.reading.value;
    return html`${this.stateOf(this.reading)}
      ${buses?.figures.length && this.open.part === "lines" && !this.open.rest ? html`<div class="tiles">${buses.figures.map((value) => this.value(value, "tile"))}</div>` : nothing}
      <nav aria-label=${say.title}>
        ${PARTS.map(
          (part) => html`<button class="button" aria-current=${part === this.open.part ? "page" : nothing} @click=${() => screenState.adjust({ detail: part })}>
            ${say.parts[part]}
          </button>`,
        )}
      </nav>
      ${buses ? this.body(buses) : nothing}`;
  }

  private body(buses: Buses) {
    const { part, rest } = this.open;
    if (part === "journeys") return html`<bus-journeys .wished=${rest} .timetables=${buses.timetables}></bus-journeys>`;
    if (part === "feeds") return html`<bus-feeds .timetables=${buses.timetables} .chosen=${rest}></bus-feeds>`;
    const line = buses.lines.find(({ entity }) => entity === rest);
    if (line) return html`<bus-line .line=${line}></bus-line>`;
    return html`<bus-alerts .alerts=${buses.alerts}></bus-alerts> <bus-lines .buses=${buses}></bus-lines>`;
  }
}
