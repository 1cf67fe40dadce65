/** One incident in a list: severity, title, detail, hour, and taking it over. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Incident } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { carryOut } from "./act";
import { exerciseMark, exerciseStyle } from "./exercise-mark";
import "./severity-mark";

@customElement("incident-row")
export class IncidentRow extends View {
  @property({ attribute: false }) incident!: Incident;
  @property({ type: Boolean }) selected = false;
  @state() private busy = false;
  @state() private refusal: string | null = null;

  static override readonly styles = [
    controls,
    exerciseStyle,
    css`
      article {
        position: relative;
        display: grid;
        grid-template-columns: 1.125rem 1fr auto;
        gap: 0 1.25rem;
        padding: 0.625rem 1.125rem 0.6875rem;
        border-bottom: 1px solid var(--line);
      }

      article:hover,
      .selected {
        background: color-mix(in srgb, var(--accent) 7%, transparent);
      }

      .selected {
        box-shadow: inset 3px 0 var(--accent);
      }

      severity-mark {
        margin-top: 0.0625rem;
      }

      .open {
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .open::after {
        content: "";
        position: absolute;
        inset: 0;
      }

      .open:focus-visible {
        outline: none;
      }

      .open:focus-visible::after {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
      }

      .hour {
        font-size: 0.8125rem;
        color: var(--ink2);
      }

      .more {
        grid-column: 2 / -1;
        color: var(--ink2);
        font-size: 0.8125rem;
        line-height: 1.125rem;
      }

      .danger.unowned .open {
        font-weight: 600;
      }

      .acts {
        grid-column: 2 / -1;
        margin-top: 0.5rem;
      }

      .acts button {
        position: relative;
        z-index: 1;
      }
    `,
  ];

  /** The part that the list's keyboard moves over. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>(".open")?.focus();
  }

  async takeOver(): Promise<void> {
    if (this.busy || store.past || this.incident.owner || this.incident.state === "closed") return;
    this.busy = true;
    this.refusal = await carryOut(this.incident.id, { act: "take" });
    this.busy = false;
  }

  protected override render() {
    const { incident, words } = this;
    return html`<article class="${incident.severity} ${incident.owner ? "owned" : "unowned"} ${this.selected ? "selected" : ""}">
      <severity-mark .severity=${incident.severity} .taken=${incident.state !== "unacknowledged"}></severity-mark>
      <button class="open" aria-current=${this.selected} @click=${() => screenState.openIncident(incident.id)}>
        ${this.text(incident.title)}
      </button>
      <time class="hour" datetime=${incident.raisedAt}>${this.format.recent(incident.raisedAt, store.clock())}</time>
      <p class="more">${exerciseMark(incident, words)}${this.more()}</p>
      ${!incident.owner && incident.state !== "closed" && !store.past && screenState.mode !== "wall"
        ? html`<div class="acts">
            <button class="button" ?disabled=${this.busy} @click=${this.takeOver}>${words.take}</button>
          </div>`
        : nothing}
      ${this.refusal ? html`<p class="more" role="alert">${this.refusal}</p>` : nothing}
    </article>`;
  }

  private more(): string {
    const { incident, words } = this;
    const owner = incident.owner ? words.ownedBy(incident.owner) : "";
    const state = incident.state === "closed" ? words.state.closed : owner;
    return [this.text(incident.detail), incident.area, state].filter(Boolean).join(" · ");
  }
}
