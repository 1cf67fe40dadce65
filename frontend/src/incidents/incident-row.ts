/** One incident in a list: severity, title, detail, hour, and taking it over. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Incident } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { exerciseMark, exerciseStyle } from "./exercise-mark";
import { likeness } from "./alike";
import "./incident-clock";
import { categoryNames } from "./operations";
import { takeOver } from "./queue-keys";
import "./severity-mark";

@customElement("incident-row")
export class IncidentRow extends View {
  @property({ attribute: false }) incident!: Incident;
  @property({ type: Boolean }) selected = false;
  @state() private busy = false;

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

      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
        margin-top: 0.125rem;
      }

      .priority {
        font-weight: 600;
        color: var(--ink);
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

  private readonly likened = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    likeness.addEventListener("change", this.likened);
  }

  override disconnectedCallback(): void {
    likeness.removeEventListener("change", this.likened);
    super.disconnectedCallback();
  }

  /** The part that the list's keyboard moves over. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>(".open")?.focus();
  }

  async takeOver(): Promise<void> {
    if (this.busy || store.past || this.incident.owner || !this.incident.fits.includes("take")) return;
    this.busy = true;
    await takeOver(this.incident);
    this.busy = false;
  }

  protected override render() {
    likeness.look();
    const { incident, words } = this;
    const may = store.session?.permissions.includes("incidents.act") ?? false;
    return html`<article class="${incident.severity} ${incident.owner ? "owned" : "unowned"} ${this.selected ? "selected" : ""}">
      <severity-mark .severity=${incident.severity} .taken=${Boolean(incident.owner)}></severity-mark>
      <button class="open" aria-current=${this.selected} @click=${() => screenState.openIncident(incident.id)}>
        ${this.text(incident.title)}
      </button>
      <time class="hour" datetime=${incident.raisedAt}>${this.format.recent(incident.raisedAt, store.clock())}</time>
      <p class="more">${exerciseMark(incident, words)}${this.more()}</p>
      <p class="more line">
        ${incident.priority ? html`<span class="priority">${words.incidents.priority(String(incident.priority))}</span>` : nothing}
        <span>${words.incidents.state[incident.state]}${this.quiet()}</span>
        <incident-clock .incident=${incident}></incident-clock>
        ${likeness.of(incident.id) ? html`<span class="alike">≈ ${words.incidents.perhapsOne}</span>` : nothing}
      </p>
      ${!incident.owner && incident.fits.includes("take") && may && !store.past && screenState.mode !== "wall"
        ? html`<div class="acts">
            <button class="button" ?disabled=${this.busy} @click=${this.takeOver}>${words.incidents.act.take}</button>
          </div>`
        : nothing}
    </article>`;
  }

  /** Until when it is on the shelf, and why; by which rule it is quiet. */
  private quiet(): string {
    const { incident, words } = this;
    if (incident.state !== "shelved" && incident.state !== "suppressed") return "";
    const until = incident.shelvedUntil ? ` ${words.incidents.shelvedUntil(this.format.recent(incident.shelvedUntil, store.clock()))}` : "";
    return incident.reason ? `${until} · ${incident.reason}` : until;
  }

  private more(): string {
    const { incident, words } = this;
    const owner = incident.owner ? words.ownedBy(incident.owner) : "";
    const injured = incident.injured ? words.incidents.injuredCount(String(incident.injured)) : "";
    const matter = categoryNames(incident.category, incident.subcategory).map((name) => this.text(name));
    return [...matter, injured, incident.area, owner, this.text(incident.detail)].filter(Boolean).join(" · ");
  }
}
