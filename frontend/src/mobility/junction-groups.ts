/** What each signal group of a junction shows now, for how long, and who waits before it. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { controls, panelParts } from "../theme/controls";
import { madeValue } from "../value/made-value";
import type { Value } from "../api/types";
import { clockText, type JunctionLive, type LiveGroup, secondsFrom } from "./junction-live";
import { MobilityView } from "./mobility-view";
import "./signal-head";

const AN_HOUR_S = 3600;

@customElement("junction-groups")
export class JunctionGroups extends MobilityView {
  @property({ attribute: false }) live!: JunctionLive;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
      }

      li {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        gap: 0.75rem;
        padding: 0.375rem 0 0.375rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .name {
        font-weight: 500;
      }

      .clock {
        color: var(--ink2);
      }
    `,
  ];

  protected override willUpdate(): void {
    this.give(this.live.groups.map((group) => this.standing(group)));
  }

  protected override render() {
    const { live, say } = this;
    return html`<div class="section-head">
        <h2>${say.junction.signals}</h2>
        <span class="count">${say.junction.standing}</span>
      </div>
      <ul>
        ${live.groups.map((group) => this.group(group))}
      </ul>`;
  }

  private group(group: LiveGroup) {
    const { say } = this;
    const word = group.aspect ? say.aspects[group.aspect] : say.junction.unknownAspect;
    return html`<li data-group=${group.id} data-aspect=${group.aspect ?? ""}>
      <signal-head .aspect=${group.aspect}></signal-head>
      <span>
        <span class="name">${group.name}</span> <span class="small">${this.wordOf(say.groupKinds, group.kind)}</span><br />
        <span>${word}</span> <span class="clock">${this.clock(group)}</span>
      </span>
      ${group.standing === null ? nothing : this.value(this.standing(group), "cell")}
    </li>`;
  }

  private clock({ since }: LiveGroup): string {
    if (since === null) return "";
    const seconds = secondsFrom(since, this.live.at);
    const { say } = this;
    return say.junction.inState(seconds < AN_HOUR_S ? clockText(seconds) : say.junction.minutes(this.format.glance(Math.floor(seconds / 60))));
  }

  private standing({ name, standing }: LiveGroup): Value {
    const { live } = this;
    return madeValue({
      label: { id: `${name}: ${this.inAll((say) => say.junction.queueNow).id}`, en: `${name}: ${this.inAll((say) => say.junction.queueNow).en}`, ja: `${name}：${this.inAll((say) => say.junction.queueNow).ja}` },
      value: standing,
      unit: "C62",
      method: live.method,
      provider: live.provider,
      observedAt: live.at,
      derived: this.inAll((say) => say.junction.queueRule),
    });
  }
}
