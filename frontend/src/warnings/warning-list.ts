/** The city's warnings: what waits for a second person, what is owed a review, what is in force, what is over. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Warning } from "../api/warning-types";
import { store } from "../live/store";
import "../incidents/severity-mark";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { markOf } from "../incidents/cap-mark";
import { type Groups, grouped, holds } from "./groups";
import { KeyedWarningView } from "./keyed-warning-view";
import { rowKey } from "./row-keys";
import { titleOf } from "./titles";
import { warningRows, warningStyles } from "./warning-styles";
import "./warning-tabs";

const MOST_ENDED = 30;

@customElement("warning-list")
export class WarningList extends KeyedWarningView {
  @property({ attribute: false }) all: readonly Warning[] | null = null;
  @property({ attribute: false }) problem: unknown = null;

  static override readonly styles = [
    controls,
    panelParts,
    warningStyles,
    warningRows,
    css`
      .end {
        text-align: end;
        font-size: 0.8125rem;
      }

      .waits .title {
        color: var(--accent);
      }

      summary {
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-weight: 600;
        font-size: 0.8125rem;
        cursor: pointer;
      }

      .keys {
        padding: 0.75rem 1.125rem;
      }
    `,
  ];

  protected override render() {
    return html`<warning-tabs chosen="list"></warning-tabs>${this.body()}`;
  }

  private body() {
    if (!this.all) return html`<p class="empty" aria-busy=${!this.problem}>${this.problem ? this.saidOf(this.problem) : this.words.loading}</p>`;
    const groups = grouped(this.all, store.clock());
    const { say } = this;
    return html`
      ${this.group("drafts", groups)} ${this.group("toReview", groups)}
      ${groups.inForce.length
        ? this.group("inForce", groups)
        : html`<div class="empty"><strong>${say.noneInForce}</strong><p>${say.noneInForceDetail}</p></div>`}
      ${this.group("exercises", groups)} ${this.ended(groups.ended)}
      ${screenState.mode === "desk" ? html`<p class="small keys">${say.keys}</p>` : nothing}
    `;
  }

  private group(name: "drafts" | "toReview" | "inForce" | "exercises", groups: Groups) {
    const rows = groups[name];
    if (!rows.length) return nothing;
    return html`<div class="section-head">
        <h2>${this.say.groups[name]}</h2>
        <span class="count">${this.format.exact(rows.length)}</span>
      </div>
      <div role="list" aria-label=${this.say.groups[name]}>${rows.map((warning) => this.row(warning, name === "toReview"))}</div>`;
  }

  private ended(rows: readonly Warning[]) {
    if (!rows.length) return nothing;
    return html`<details>
      <summary>${this.say.groups.ended} · ${this.format.exact(rows.length)}</summary>
      <div role="list" aria-label=${this.say.groups.ended}>${rows.slice(0, MOST_ENDED).map((warning) => this.row(warning))}</div>
    </details>`;
  }

  private row(warning: Warning, owed = false) {
    return html`<div role="listitem">
      <button class="row ${warning.state === "draft" ? "waits" : ""}" @click=${() => screenState.openWarning(warning.id)}>
        <severity-mark .severity=${markOf(warning.severity)} ?taken=${warning.state !== "released"}></severity-mark>
        <span class="main">
          <span class="title">${titleOf(warning, this.format.language)}</span>
          <span class="small">${this.told(warning, owed)}</span>
        </span>
        ${warning.exercise ? html`<span class="exercise">${this.say.exercise}</span>` : nothing}
        <span class="end">${this.end(warning)}</span>
      </button>
    </div>`;
  }

  private told(warning: Warning, owed: boolean): string {
    const { say, words } = this;
    const released = warning.steps.find(({ step }) => step === "release");
    if (owed && released) return say.aloneBy(released.name, warning.alone ?? "");
    if (warning.state !== "draft") return words.warned.severity[warning.severity];
    const [drafted] = warning.steps;
    const by = drafted ? say.draftedBy(drafted.name, this.at(drafted.at)) : "";
    return [say.kind[warning.kind], words.warned.severity[warning.severity], by].filter(Boolean).join(" · ");
  }

  private end(warning: Warning) {
    const { say } = this;
    if (warning.state === "draft") return say.until(this.at(warning.expires));
    if (holds(warning, store.clock())) return html`${say.left(this.span(warning.expires))}<br /><span class="small">${say.until(this.at(warning.expires))}</span>`;
    if (warning.kind === "Cancel") return say.kind.Cancel;
    return warning.state === "released" ? say.expired : say.state[warning.state];
  }

  protected override key(event: KeyboardEvent): void {
    if (event.key === "n" && this.may("warnings.draft")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      screenState.openWarning("new");
    } else rowKey(event, this.renderRoot);
  }
}
