/** The stages of the running plan in their order, as long as their greens; the one that runs, and how far it is. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { controls } from "../theme/controls";
import { setStyle } from "../theme/set-style";
import { type JunctionLive, type LiveStage, stageSeconds } from "./junction-live";
import { MobilityView } from "./mobility-view";

@customElement("stage-bar")
export class StageBar extends MobilityView {
  @property({ attribute: false }) live!: JunctionLive;

  static override readonly styles = [
    controls,
    css`
      ol {
        display: flex;
        gap: 2px;
        padding: 0.25rem 1.125rem 0.75rem;
      }

      li {
        position: relative;
        min-width: 4.5rem;
        padding: 0.375rem 0.5rem 0.5625rem;
        border: 1px solid var(--line);
        border-radius: 0.25rem;
        overflow: hidden;
        font-size: var(--t12);
        line-height: 1rem;
        color: var(--ink2);
      }

      li > * {
        position: relative;
      }

      li b {
        color: var(--ink);
        font-weight: 600;
      }

      li[aria-current] {
        border-color: var(--safe);
        color: var(--ink);
      }

      .gone {
        position: absolute;
        inset: auto auto 0 0;
        height: 0.3125rem;
        background: var(--safe);
        border-right: 3px solid var(--ink);
      }

      .wanted {
        border-style: dashed;
        border-color: var(--ink2);
      }
    `,
  ];

  protected override render() {
    const { live } = this;
    return html`<ol aria-label=${this.say.junction.stages}>
      ${live.stages.map((stage) => this.stage(stage))}
    </ol>`;
  }

  private stage(stage: LiveStage) {
    const { live, say } = this;
    const runs = stage.id === live.stage;
    const next = !runs && stage.id === live.wanted;
    const seconds = runs ? (stageSeconds(live) ?? 0) : 0;
    const share = stage.plannedGreen > 0 ? Math.min(1, seconds / stage.plannedGreen) : 1;
    const names = stage.groups.map((id) => live.groups.find((group) => group.id === id)?.name ?? id);
    return html`<li class=${next ? "wanted" : ""} aria-current=${runs ? "step" : nothing} style=${setStyle({ flex: `${Math.max(8, stage.plannedGreen)} 1 0` })}>
      ${runs ? html`<span class="gone" style=${setStyle({ width: `${100 * share}%` })}></span>` : nothing}
      <div class="cut-off"><b>${stage.id}</b> ${names.join(" · ")}</div>
      <div>${runs ? say.junction.ofPlanned(String(seconds), this.format.exact(stage.plannedGreen)) : say.junction.planned(this.format.exact(stage.plannedGreen))}${next ? ` · ${say.junction.next}` : ""}</div>
    </li>`;
  }
}
