/** A junction as it runs: who has it, lamps and queues, the plan beside the street, the shadow, detectors, the controller. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { api } from "../api/client";
import { serviceRead } from "../api/service-read";
import type { Place, Value } from "../api/types";
import { factAddress, openPlace } from "../live/open-place";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { madeValue } from "../value/made-value";
import { Reading } from "../views/reading";
import "./junction-compared";
import "./junction-detectors";
import "./junction-groups";
import { agreement, type JunctionLive, junctionOf } from "./junction-live";
import "./junction-priority";
import "./junction-status";
import { MobilityView } from "./mobility-view";
import "./phase-diagram";
import "./stage-bar";

const SHADOW = "urn:ngsi-ld:Dataset:signal-shadow";
const COMPARED = ["shadowGain", "meanDelayByPlan", "meanDelayByControl", "meanQueueByPlan", "meanQueueByControl", "shadowMinutes"];
const OF_CONTROLLER = ["alive", "protocolVersion", "lastHeard", "linkFault", "controlMode", "timePlanSource", "alarmCount", "linkFailures", "meanTimeBetweenFailures", "clockAhead"];

@customElement("mobility-junction")
export class JunctionPage extends MobilityView {
  private readonly reading = new Reading<{ live: JunctionLive | null }>(this, {
    key: () => this.entity,
    read: (signal) => serviceRead("mobility", `junctions/${encodeURIComponent(junctionOf(this.entity ?? ""))}/signals`, {}, signal),
    every: 1,
  });
  private readonly controller = new Reading<Place>(this, {
    key: () => this.controllerKey(),
    read: (signal) => api.place(this.controllerId() ?? "", signal),
    got: ({ facts }) => this.give(facts),
  });

  static override readonly styles = [
    controls,
    panelParts,
    css`
      :host {
        display: block;
      }

      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
      }

      .pair > * {
        border-bottom: 1px solid var(--line);
      }

      .pair > :first-child {
        grid-column: 1 / -1;
      }

      .note {
        padding: 0.5rem 1.125rem 0.75rem;
      }

      .part {
        border-bottom: 1px solid var(--line);
      }
    `,
  ];

  protected override render() {
    const live = this.reading.value?.live;
    if (live === undefined) return this.stateOf(this.reading);
    if (live === null) return html`<p class="notice" role="status">${this.say.junction.none}</p>${this.compared()}`;
    return html`${this.stateOf(this.reading)}
      <junction-status .live=${live} .place=${this.named()}></junction-status>
      <junction-priority .live=${live}></junction-priority>
      <junction-groups .live=${live}></junction-groups>
      <section class="part" aria-label=${this.say.junction.stages}>
        <div class="section-head"><h2>${this.say.junction.stages}</h2></div>
        <stage-bar .live=${live}></stage-bar>
      </section>
      ${this.beside(live)} ${this.shadow(live)}
      <junction-detectors .live=${live}></junction-detectors>
      ${this.device()} ${this.compared()}`;
  }

  private compared() {
    return html`<junction-compared .junction=${junctionOf(this.entity ?? "")}></junction-compared>`;
  }

  /** The plan beside what the lamps showed. */
  private beside(live: JunctionLive) {
    const { say } = this;
    const alike = agreement(live.actual, live.planned);
    const share = alike && this.agreed(live, alike);
    return html`<section class="part" aria-label=${say.junction.compared}>
      <div class="section-head"><h2>${say.junction.compared}</h2></div>
      <phase-diagram .live=${live}></phase-diagram>
      ${share ? html`<value-view look="row" .value=${share}></value-view>` : nothing}
    </section>`;
  }

  private agreed(live: JunctionLive, { share, seconds }: { share: number; seconds: number }): Value {
    return madeValue({
      label: this.inAll((say) => say.junction.agreement),
      value: Math.round(100 * share),
      unit: "P1",
      unitText: { id: "%", en: "%", ja: "%" },
      method: live.method,
      provider: live.provider,
      observedAt: live.at,
      derived: this.inAll((say) => say.junction.agreementRule(String(seconds))),
      n: seconds,
    });
  }

  /** What the controller in shadow would save: before anybody switches, and after. */
  private shadow(live: JunctionLive) {
    const { say } = this;
    const found = COMPARED.flatMap((name) => this.facts().find(({ attribute, datasetId }) => attribute === name && datasetId === SHADOW) ?? []);
    const [first, ...others] = found;
    const verdict = this.facts().find(({ attribute }) => attribute === "shadowVerdict");
    return html`<section class="part" aria-label=${say.junction.shadow}>
      <div class="section-head"><h2>${say.junction.shadow}</h2></div>
      ${first
        ? html`<div class="pair">${[first, ...others].slice(0, 3).map((value) => this.fact(value, "tile"))}</div>
            ${others.slice(2).map((value) => this.fact(value, "row"))}`
        : html`<p class="empty">${say.junction.shadowNone}</p>`}
      ${verdict && first ? this.fact(verdict, "row") : nothing}
      <p class="note small">${say.junction.shadowNote} ${live.gain?.model ?? ""}</p>
    </section>`;
  }

  private device() {
    const place = this.controller.value;
    if (!place) return this.controller.problem ? this.stateOf(this.controller) : nothing;
    const facts = OF_CONTROLLER.flatMap((name) => place.facts.find(({ attribute, value }) => attribute === name && value !== "" && value !== null) ?? []);
    return html`<section class="part" aria-label=${this.say.junction.controller}>
      <div class="section-head"><h2>${this.say.junction.controller}</h2></div>
      ${facts.map((fact) => this.value(fact))}
    </section>`;
  }

  private fact(value: Value, look: "tile" | "row") {
    return html`<value-view look=${look} .value=${value} .address=${factAddress(value)}></value-view>`;
  }

  private facts(): readonly Value[] {
    return openPlace.id === this.entity ? (openPlace.place?.facts ?? []) : [];
  }

  private named() {
    const { place } = openPlace;
    return { id: this.entity ?? "", name: place?.name ?? "", type: place?.type ?? "" };
  }

  private controllerId(): string | null {
    const fact = this.facts().find(({ attribute }) => attribute === "refController");
    return typeof fact?.value === "string" ? fact.value : null;
  }

  /** Read again when it changed. */
  private controllerKey(): string | null {
    const id = this.controllerId();
    return id && `${id} ${store.touched.of(id)}`;
  }
}
