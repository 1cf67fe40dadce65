/** The detectors of a junction: what each heard last, how long ago, and whether it can be believed. */
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { SourceState } from "../api/source-types";
import type { Value } from "../api/types";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import { tableParts } from "../theme/table-parts";
import { madeValue } from "../value/made-value";
import { ageText } from "../value/words";
import { type DetectorState, type JunctionLive, type LiveDetector, secondsFrom } from "./junction-live";
import { MobilityView } from "./mobility-view";

const MARKS: Record<DetectorState, SourceState> = { heard: "live", silent: "late", faulty: "silent" };

@customElement("junction-detectors")
export class JunctionDetectors extends MobilityView {
  @property({ attribute: false }) live!: JunctionLive;

  static override readonly styles = [
    controls,
    panelParts,
    tableParts,
    css`
      th {
        padding: 0.375rem 0.5rem;
        color: var(--ink3);
        font: 400 var(--t12) / 1rem var(--text);
        text-align: right;
        white-space: nowrap;
      }

      th:first-child,
      td:first-child {
        padding-left: 1.125rem;
        text-align: left;
      }

      tbody tr {
        border-top: 1px solid var(--line);
      }

      td {
        padding: 0;
        text-align: right;
      }

      th:not(:first-child) {
        padding-right: 2.25rem;
      }

      .none {
        padding-right: 2.25rem;
      }

      .who {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        white-space: nowrap;
      }
    `,
  ];

  protected override willUpdate(): void {
    this.give(this.live.detectors.flatMap((each) => this.values(each)));
  }

  protected override render() {
    const { live, say } = this;
    const heard = live.detectors.filter(({ state }) => state === "heard").length;
    return html`<div class="section-head">
        <h2>${say.junction.detectors}</h2>
        <span class="count">${say.junction.heardOf(this.format.exact(heard), this.format.exact(live.detectors.length))}</span>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label=${say.junction.detectors}>
        <table>
          <thead>
            <tr>
              <th scope="col">${say.junction.detector}</th>
              <th scope="col">${say.junction.vehicles}</th>
              <th scope="col">${say.junction.occupancy}</th>
              <th scope="col">${say.junction.speed}</th>
            </tr>
          </thead>
          <tbody>
            ${live.detectors.map((each) => this.row(each))}
          </tbody>
        </table>
      </div>`;
  }

  private row(detector: LiveDetector) {
    const { say } = this;
    const age = detector.heard === null ? null : secondsFrom(detector.heard, this.live.at);
    const word = say.detectorStates[detector.state];
    const since = detector.state === "heard" ? "" : age === null ? say.junction.neverHeard : ageText(age, this.words, this.format);
    return html`<tr data-state=${detector.state}>
      <td>
        <span class="who">
          <state-mark state=${MARKS[detector.state]}></state-mark>
          <span>${detector.id} <span class="small">${detector.lane}</span><br /><span class="small">${[word, since].filter(Boolean).join(" · ")}</span></span>
        </span>
      </td>
      ${this.values(detector).map((value) => html`<td>${value.value === null ? html`<span class="small none">–</span>` : this.value(value, "cell")}</td>`)}
    </tr>`;
  }

  private values({ entity, vehicles, occupancy, speed, heard, state }: LiveDetector): Value[] {
    const { live } = this;
    const one = (attribute: string, label: Value["label"], value: number | null, unit: string) =>
      madeValue({ label, value, unit, method: live.method, provider: live.provider, observedAt: heard, entity, attribute, updatePeriod: state === "heard" ? null : 10, unitText: this.unitOf(unit) });
    return [
      one("vehicleCount", this.inAll((say) => say.junction.vehicles), vehicles, "C62"),
      one("occupancy", this.inAll((say) => say.junction.occupancy), occupancy, "P1"),
      one("averageVehicleSpeed", this.inAll((say) => say.junction.speed), speed, "KMH"),
    ];
  }

  private unitOf(unit: string): Value["unitText"] {
    if (unit === "P1") return { id: "%", en: "%", ja: "%" };
    return unit === "KMH" ? this.inAll((say) => say.junction.kmh) : null;
  }
}

