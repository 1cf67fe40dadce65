/** Base of what shows who is told: with words of its own, and one delivery as a line. */
import { css, html, nothing, type TemplateResult } from "lit";
import type { Delivery } from "../api/notices";
import { View } from "../frame/view";
import { agencyName } from "../incidents/operations";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { TOLD_WORDS, type ToldWords } from "../strings/told";

export const toldStyles = css`
  .notice-row {
    display: grid;
    gap: 0.125rem;
    padding: 0.5rem 1.125rem;
    border-bottom: 1px solid var(--line);
    font-size: 0.8125rem;
  }

  .top {
    display: flex;
    justify-content: space-between;
    gap: 0.75rem;
    align-items: baseline;
  }

  .dead {
    color: var(--danger-ink, var(--ink));
    font-weight: 500;
  }

  .answer {
    overflow-wrap: anywhere;
  }

  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 0.25rem;
  }
`;

export class ToldView extends View {
  protected get told(): ToldWords {
    return TOLD_WORDS[screenState.language];
  }

  protected may(permission: string): boolean {
    return store.session?.permissions.includes(permission) ?? false;
  }

  /** Agencies and duties as people call them. */
  protected whom(groups: readonly string[]): string {
    const duties: Record<string, string> = this.told.groups;
    return groups.map((code) => duties[code] ?? this.text(agencyName(code))).join(", ");
  }

  /** What became of it: that a server took it is not that a person read it, and is not said so. */
  protected line(delivery: Delivery): TemplateResult {
    const words = this.told;
    const when = (at: string) => this.format.recent(at, store.clock());
    const later = delivery.state === "waiting" && Date.parse(delivery.due) > store.clock().getTime();
    const parts = [
      `${words.channel[delivery.channel]}, ${words.level(String(delivery.level))}`,
      words.state[delivery.state],
      delivery.endedAt ? when(delivery.endedAt) : later ? words.due(when(delivery.due)) : null,
      delivery.readAt ? words.read(when(delivery.readAt)) : delivery.state === "taken" ? words.unread : null,
      delivery.unsure ? words.unsure : null,
    ].filter(Boolean);
    return html`<div class=${delivery.state === "dead" ? "dead" : ""}>${parts.join(" · ")}</div>
      ${delivery.answer ? html`<div class="small answer">${delivery.answer}</div>` : nothing}`;
  }
}
