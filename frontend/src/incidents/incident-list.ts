/** A list of incidents: arrows move, Enter opens, a takes over, m shows on the map; new rows wait, and none moves, while a hand or the focus is in it. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Incident } from "../api/types";
import { View } from "../frame/view";
import { moveFocus, typing } from "../lists/list-keys";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import "./incident-row";
import type { IncidentRow } from "./incident-row";
import { arrange } from "./waiting";

@customElement("incident-list")
export class IncidentList extends View {
  @property({ attribute: false }) incidents: readonly Incident[] = [];
  @property() label = "";
  @state() private held = false;

  private ids: readonly string[] = [];

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
        position: relative;
      }

      li {
        animation: slide-in 180ms ease-out;
      }

      @keyframes slide-in {
        from {
          transform: translateY(-0.5rem);
          opacity: 0;
        }
      }

      .waiting {
        position: sticky;
        top: 0;
        z-index: 2;
        width: 100%;
        padding: 0.375rem;
        text-align: center;
        font-weight: 500;
        font-size: 0.8125rem;
        background: var(--accent);
        color: var(--on-accent);
      }
    `,
  ];

  protected override render() {
    const known = new Map(this.incidents.map((incident) => [incident.id, incident]));
    const { ids, waiting } = arrange(this.ids, [...known.keys()], (this.held || this.at !== null) && this.ids.length > 0);
    this.ids = ids;
    return html`<div @pointerenter=${() => (this.held = true)} @pointerleave=${() => (this.held = false)}>
      ${waiting > 0 ? html`<button class="waiting" @click=${this.showAll}>${this.words.newRows(waiting)}</button>` : nothing}
      <ul aria-label=${this.label} @keydown=${this.key}>
        ${repeat(
          ids.flatMap((id) => known.get(id) ?? []),
          ({ id }) => id,
          (incident) => html`<li>
            <incident-row
              .incident=${incident}
              .selected=${incident.id === screenState.state.incident}
            ></incident-row>
          </li>`,
        )}
      </ul>
    </div>`;
  }

  /** Shows what waits; what comes after it waits again while the pointer stays. */
  private showAll(): void {
    this.ids = [];
    this.requestUpdate();
  }

  private key(event: KeyboardEvent): void {
    if (typing(event) || event.ctrlKey || event.metaKey) return;
    const rows = [...this.renderRoot.querySelectorAll<IncidentRow>("incident-row")];
    const at = (event.target as HTMLElement).closest<IncidentRow>("incident-row");
    if (moveFocus(event, rows, at)) return;
    if (event.key === "m" && at) screenState.showOnMap(at.incident.id);
    if (event.key === "a" && at) void at.takeOver();
  }

  /** The incident whose row has the focus. */
  get at(): Incident | null {
    return (this.renderRoot as ShadowRoot).activeElement instanceof HTMLElement
      ? ((this.renderRoot as ShadowRoot).activeElement?.closest<IncidentRow>("incident-row")?.incident ?? null)
      : null;
  }

  /** Moves the focus by rows; from outside the list onto its first or last. */
  step(by: 1 | -1): void {
    const rows = [...this.renderRoot.querySelectorAll<IncidentRow>("incident-row")];
    const at = rows.findIndex((row) => row.incident.id === this.at?.id);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
}
