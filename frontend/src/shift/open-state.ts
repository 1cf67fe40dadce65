/** What is open, as one shift tells it to the next: numbers first, then each thing with who has it and until when. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Handover, OpenLine } from "../api/shift";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";

@customElement("open-state")
export class OpenState extends View {
  @property({ attribute: false }) handover!: Handover;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .counts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        padding: 0.5rem 1.125rem;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .counts b {
        color: var(--ink);
        font-weight: 600;
      }

      .counts .heed b {
        color: var(--danger);
      }

      .line {
        display: grid;
        width: 100%;
        gap: 0.125rem;
        padding: 0.375rem 1.125rem;
        text-align: start;
      }

      .line:focus-visible {
        outline-offset: -2px;
      }

      .small {
        color: var(--ink2);
        font-size: var(--t12);
      }

      .late {
        color: var(--danger);
      }
    `,
  ];

  protected override render() {
    const { handover } = this;
    return html`
      <p class="counts">${this.counts().map(([words, number, heed]) => html`<span class=${heed && number ? "heed" : ""}><b>${this.format.exact(number)}</b> ${words}</span>`)}</p>
      ${handover.open.map((line) => this.open(line))}
      ${handover.shelved.map(({ id, title, until }) => this.line(id, title, until ? this.words.shift.due(this.recent(until)) : "", this.words.incidents.state.shelved))}
      ${handover.glasses.map(({ id, title, by, reason }) => this.line(id, title, `${by}: ${reason}`, this.words.shift.counts.glasses))}
      ${(handover.warnings ?? []).map((warning) => this.warning(warning))} ${handover.sources.map((source) => this.source(source))}
    `;
  }

  /** Words, number, and whether it asks to be heeded. */
  private counts(): [string, number, boolean][] {
    const { handover } = this;
    const { counts } = this.words.shift;
    const late = handover.open.filter((line) => line.late).length;
    const all: [string, number, boolean][] = [
      [counts.open, handover.openCount, false],
      [counts.late, late, true],
      [counts.unanswered, handover.unanswered, true],
      [counts.shelved, handover.shelved.length, false],
      [counts.suppressed, handover.suppressed, false],
      [counts.glasses, handover.glasses.length, true],
      [counts.procedures, handover.procedures.length, false],
      [counts.warnings, this.warningsIn("in-force"), false],
      [counts.drafts, this.warningsIn("draft"), true],
      [counts.toReview, this.warningsIn("to-review"), true],
      [counts.sources, handover.sources.filter(({ state }) => state !== "off").length, true],
    ];
    return all.filter(([, number], place) => place === 0 || number > 0);
  }

  private open({ id, title, state, priority, owner, area, dueAt, late }: OpenLine) {
    const words = this.words.shift;
    const due = dueAt ? html` · <span class=${late ? "late" : ""}>${words.due(this.recent(dueAt))}</span>` : nothing;
    const told = [priority || null, this.words.incidents.state[state], owner || words.nobody, area].filter(Boolean).join(" · ");
    return html`<button class="line" @click=${() => screenState.openIncident(id)}>
      <span>${this.text(title)}</span><span class="small">${told}${due}</span>
    </button>`;
  }

  private line(id: string, title: Handover["open"][number]["title"], ...told: string[]) {
    return html`<button class="line" @click=${() => screenState.openIncident(id)}>
      <span>${this.text(title)}</span><span class="small">${told.reverse().filter(Boolean).join(" · ")}</span>
    </button>`;
  }

  private warningsIn(state: Handover["warnings"][number]["state"]): number {
    return (this.handover.warnings ?? []).filter((warning) => warning.state === state).length;
  }

  private warning({ id, title, state, by, until, reason }: Handover["warnings"][number]) {
    const words = this.words.shift;
    const told = [words.warning[state], reason ? `${by}: ${reason}` : by, until ? words.due(this.recent(until)) : ""];
    return html`<button class="line" @click=${() => screenState.openWarning(id)}>
      <span>${this.text(title)}</span><span class="small ${state === "to-review" ? "late" : ""}">${told.filter(Boolean).join(" · ")}</span>
    </button>`;
  }

  private source({ title, state, lastMessage }: Handover["sources"][number]) {
    const heard = lastMessage ? this.words.feeds.heard(this.recent(lastMessage)) : this.words.feeds.neverHeard;
    const states: Record<string, string> = this.words.feeds.state;
    return html`<p class="line"><span>${this.text(title)}</span><span class="small">${states[state] ?? state} · ${heard}</span></p>`;
  }

  private recent(at: string): string {
    return this.format.recent(at, store.clock());
  }
}
