/** Vehicles that ask this junction for green by themselves: an ambulance on its way, a late bus; and where each stands. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import type { JunctionLive, LivePriority } from "./junction-live";
import { MobilityView } from "./mobility-view";

const OVER = ["completed", "timeout", "rejected"];

@customElement("junction-priority")
export class JunctionPriority extends MobilityView {
  @property({ attribute: false }) live!: JunctionLive;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.125rem 0.5rem;
        padding: 0.375rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }

      .over {
        color: var(--ink2);
      }

      button {
        font-weight: 500;
      }
    `,
  ];

  protected override render() {
    const asked = this.live.priorities ?? [];
    if (asked.length === 0) return nothing;
    const { say } = this;
    return html`<section aria-label=${say.junction.asking}>
      <div class="section-head"><h2>${say.junction.asking}</h2></div>
      <ul>
        ${[...asked].reverse().map((each) => this.one(each))}
      </ul>
    </section>`;
  }

  private one(each: LivePriority) {
    const { say } = this;
    const group = this.live.groups.find(({ id }) => id === each.group)?.name ?? each.group;
    const stage = this.wordOf(say.priorityStages, each.stage);
    const by = each.by === "ours" ? say.junction.byOurs : say.junction.byStreet;
    return html`<li class=${OVER.includes(each.stage) ? "over" : ""} data-stage=${each.stage}>
      <button type="button" class="link" @click=${() => screenState.openPlace(each.vehicle)}>${this.wordOf(say.priorityKinds, each.kind)}</button>
      <span>${say.junction.asksFor(group)}</span><span>${stage}</span>
      <span class="small">${[this.format.moment(each.since), by].join(" · ")}</span>
    </li>`;
  }
}
