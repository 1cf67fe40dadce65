/** The timetables: what they cover, how far their times can be trusted, how sound their files are and what a repair does. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ofTenant } from "../api/tenant";
import { servicePath } from "../api/service-path";
import { serviceRead } from "../api/service-read";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { Reading } from "../views/reading";
import type { FaultKind, Health, TimetableNow } from "./bus-types";
import { MobilityView } from "./mobility-view";

@customElement("bus-feeds")
export class BusFeeds extends MobilityView {
  @property({ attribute: false }) timetables: readonly TimetableNow[] = [];
  @property() chosen = "";

  private readonly health = new Reading<Health>(this, {
    key: () => this.open?.feed ?? null,
    read: (signal) => serviceRead<Health>("mobility", `timetables/${encodeURIComponent(this.open?.feed ?? "")}/health`, {}, signal),
  });

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .one {
        display: grid;
        gap: 0.25rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-top: 0.375rem;
      }

      .acts a {
        text-decoration: none;
        color: inherit;
      }

      .summary {
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      details {
        padding: 0.5rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      summary {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 0.75rem;
        align-items: baseline;
        cursor: pointer;
      }

      summary .count {
        margin-left: auto;
        white-space: nowrap;
      }

      code {
        font: inherit;
        overflow-wrap: anywhere;
      }

      .severity {
        min-width: 6.5rem;
        color: var(--ink2);
        font-size: var(--t12);
      }

      [data-severity="error"] .severity {
        color: var(--ink);
        font-weight: 600;
      }

      details li,
      details p {
        padding: 0.25rem 0;
        max-width: 70ch;
        overflow-wrap: anywhere;
      }
    `,
  ];

  private get open(): TimetableNow | null {
    return this.timetables.find(({ feed }) => feed === this.chosen) ?? (this.timetables.length === 1 ? (this.timetables[0] ?? null) : null);
  }

  protected override render() {
    const { buses: say } = this.say;
    const health = this.health.value;
    return html`<div class="section-head"><h2>${say.parts.feeds}</h2></div>
      ${this.timetables.length === 0 ? html`<p class="empty">${say.noFeed}</p>` : nothing}
      ${this.timetables.map((each) => this.timetable(each))}
      ${this.open ? html`<div class="section-head"><h2>${say.healthOf(this.open.name)}</h2></div>` : nothing} ${this.stateOf(this.health)}
      ${health ? this.sound(health) : nothing}`;
  }

  private timetable(each: TimetableNow) {
    const { buses: say } = this.say;
    const exact = (value: number | null) => (value === null ? "–" : this.format.exact(value));
    const period = each.begin && each.end ? say.period(this.format.day(each.begin), this.format.day(each.end)) : say.noPeriod;
    return html`<div class="one" data-feed=${each.feed}>
      <strong>${each.name}</strong>
      <span>${say.holds(exact(each.lines), exact(each.stops), exact(each.trips))}</span>
      <span>${period}${each.over ? html` · <strong>${say.over}</strong>` : nothing}</span>
      ${each.since ? html`<span class="small">${say.takenAt(this.format.moment(each.since))}</span>` : nothing}
      ${each.approximate ? this.value(each.approximate) : nothing} ${each.fault ? html`<p class="notice" role="alert">${each.fault}</p>` : nothing}
      <div class="acts">
        <button class="button" aria-pressed=${each === this.open} @click=${() => screenState.adjust({ detail: `feeds:${each.feed}` })}>${say.health}</button>
        <a class="button" href=${this.fileOf(each, false)} download="${each.feed}.zip">${say.file}</a>
        <a class="button" href=${this.fileOf(each, true)} download="${each.feed}-repaired.zip">${say.fileRepaired}</a>
        <button class="button" @click=${() => screenState.openPlace(each.id)}>${say.aboutFeed}</button>
      </div>
    </div>`;
  }

  private fileOf({ feed }: TimetableNow, repaired: boolean): string {
    return ofTenant(`/pinisi/v1/${servicePath("mobility", `timetables/${encodeURIComponent(feed)}/file`, { repaired })}`);
  }

  private sound(health: Health) {
    const { buses: say } = this.say;
    const exact = (value: number) => this.format.exact(value);
    return html`<p class="summary" role="status">
        ${health.errors === 0 ? say.sound(exact(health.warnings)) : say.unsound(exact(health.errors), exact(health.errorsAfter), exact(health.warnings))}
      </p>
      ${health.kinds.map((kind) => this.kind(kind))}
      <p class="summary small">${say.healthRule(this.format.day(health.day))}</p>`;
  }

  private kind(kind: FaultKind) {
    const { buses: say } = this.say;
    const exact = (value: number) => this.format.exact(value);
    return html`<details data-severity=${kind.severity} data-code=${kind.code}>
      <summary>
        <span class="severity">${say.severities[kind.severity]}</span><code>${kind.code}</code
        ><span class="count">${exact(kind.before)} → ${exact(kind.after)}</span>
      </summary>
      ${kind.reason ? html`<p class="small" lang="en">${say.first} ${kind.first}: ${kind.reason}</p>` : nothing}
      <ul>
        ${kind.mends.map(
          (mend) => html`<li>
            <strong>${say.acts[mend.act]} ${exact(mend.count)}</strong> · ${mend.file}
            <span class="small" lang="en">${mend.how}${mend.example ? ` (${mend.example})` : ""}</span>
          </li>`,
        )}
      </ul>
      ${kind.left ? html`<p><strong>${say.left}</strong> <span class="small" lang="en">${kind.left}</span></p>` : nothing}
    </details>`;
  }
}
