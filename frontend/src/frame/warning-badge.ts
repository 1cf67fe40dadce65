/** What the city warns of now, in the top bar: number, gravest severity as shape and word; and what waits for a person. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import { markOf } from "../incidents/cap-mark";
import "../incidents/severity-mark";
import { screenState } from "../screen/screen";
import { badge } from "../theme/badge";
import { controls } from "../theme/controls";
import { LIST } from "../warnings/warning-address";
import { View } from "./view";

@customElement("warning-badge")
export class WarningBadge extends View {
  static override readonly styles = [
    controls,
    badge,
    css`
      .danger {
        border-color: var(--danger);
      }

      .caution {
        border-color: var(--caution);
      }

      .short {
        display: none;
      }

      @media (max-width: 96rem) {
        .short {
          display: inline;
        }
      }

      .waits {
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .small {
        height: 1.75rem;
        padding: 0 0.5rem;
      }
    `,
  ];

  protected override render() {
    const told = store.now?.warnings;
    if (!told) return nothing;
    const waiting = (told.drafts ?? 0) + (told.toReview ?? 0);
    if (!told.inForce && !waiting) return nothing;
    const phone = screenState.mode === "phone";
    const words = this.words.warned;
    const severity = told.severity ?? "Unknown";
    const mark = markOf(severity);
    const holds = told.inForce ? [words.inForce(this.format.exact(told.inForce)), words.severity[severity]].join(" · ") : "";
    const short = phone ? this.format.exact(told.inForce) : `${this.format.exact(told.inForce)} · ${words.severity[severity]}`;
    const waits = [told.drafts ? words.drafts(this.format.exact(told.drafts)) : "", told.toReview ? words.toReview(this.format.exact(told.toReview)) : ""]
      .filter(Boolean)
      .join(" · ");
    return html`<button
      class="${told.inForce ? mark : ""} ${phone ? "small" : ""}"
      aria-label=${[words.title, holds, waits].filter(Boolean).join(": ")}
      title=${[holds, waits].filter(Boolean).join(" · ")}
      @click=${() => screenState.openWarning(LIST)}
    >
      ${told.inForce ? html`<severity-mark .severity=${mark}></severity-mark>` : nothing}
      ${told.inForce ? html`<span class="long">${holds}</span><span class="short">${short}</span>` : nothing}
      ${waiting && !(phone && told.inForce) ? html`<span class="waits">${words.waiting(this.format.exact(waiting))}</span>` : nothing}
    </button>`;
  }
}
