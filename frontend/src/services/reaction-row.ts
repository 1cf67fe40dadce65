/** One reaction: its rule, its counters, and what is parked. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Reaction } from "../api/services";
import type { SourceState } from "../api/source-types";
import { View } from "../frame/view";
import { store } from "../live/store";
import "../sources/state-mark";
import { controls } from "../theme/controls";
import "./parked-runs";

const MARKS: Record<Reaction["state"], SourceState> = { running: "live", crowded: "late", failing: "failing" };

@customElement("reaction-row")
export class ReactionRow extends View {
  @property() service = "";
  @property({ attribute: false }) reaction!: Reaction;
  @state() private open = false;

  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.125rem;
        font-size: 0.8125rem;
      }

      .title {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }

      h4 {
        flex: 1;
        min-width: 0;
        margin: 0;
        font: 500 0.8125rem/1.25rem var(--text);
      }

      p {
        color: var(--ink2);
        font-size: var(--t12);
        line-height: 1.0625rem;
        overflow-wrap: anywhere;
      }

      .error {
        color: var(--ink);
      }
    `,
  ];

  protected override render() {
    const words = this.words.services;
    const { reaction } = this;
    return html`
      <div class="title">
        <state-mark state=${MARKS[reaction.state]}></state-mark>
        <h4>${this.text(reaction.title)}</h4>
        ${this.parked()}
      </div>
      <p>${this.text(reaction.rule)}</p>
      <p>${[words.reactionStates[reaction.state], ...this.counters()].join(" · ")}</p>
      ${reaction.lastError && reaction.parked && !this.open ? html`<p class="error">${words.lastError(this.text(reaction.lastError))}</p>` : nothing}
      ${this.open ? html`<parked-runs .service=${this.service} .reaction=${reaction.name}></parked-runs>` : nothing}
    `;
  }

  private counters(): string[] {
    const words = this.words.services;
    const { waiting, behind, runs, parked, waitingSeconds } = this.reaction;
    const exact = (count: number) => this.format.exact(count);
    const since = waiting && waitingSeconds >= 1 ? words.since(exact(Math.round(waitingSeconds))) : "";
    return [words.waiting(exact(waiting), since), words.behind(exact(behind)), words.runs(exact(runs)), words.parked(exact(parked))];
  }

  /** Unfolds what is parked, also when the last of it has just gone. */
  private parked() {
    const may = store.session?.permissions.includes("services.switch") ?? false;
    if (!may || (!this.reaction.parked && !this.open)) return nothing;
    const words = this.words.services;
    const name = `${words.showParked}: ${this.text(this.reaction.title)}`;
    return html`<button class="button" aria-expanded=${this.open} aria-label=${name} @click=${() => (this.open = !this.open)}>
      ${words.showParked}
    </button>`;
  }
}
