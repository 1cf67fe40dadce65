/** The city's stage: number, word and colour together; grey and "not set" until someone sets it. Opens its page. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Stage } from "../api/types";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { stageColours } from "../stage/stage-colours";
import { controls } from "../theme/controls";
import { View } from "./view";

@customElement("stage-badge")
export class StageBadge extends View {
  @state() private opened = false;

  static override readonly styles = [
    controls,
    stageColours,
    css`
      :host {
        flex: none;
        min-width: 0;
      }

      button {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        height: 2.25rem;
        padding: 0 0.875rem 0 0.375rem;
        border: 1px solid var(--line);
        border-radius: 1.125rem;
        background: var(--raised);
        white-space: nowrap;
      }

      .unset {
        padding-left: 0.875rem;
        color: var(--ink2);
        background: none;
        border-style: dashed;
      }

      .small {
        height: 1.75rem;
        padding: 0 0.625rem;
        position: relative;
      }
    `,
  ];

  protected override render() {
    if (!store.now) return html``;
    return html`${this.badge()}
    ${this.opened ? html`<stage-dialog @done=${() => (this.opened = false)}></stage-dialog>` : nothing}`;
  }

  /** One button, whatever it says: it keeps the focus when the stage changes. */
  private badge() {
    const stage = store.now?.stage;
    const phone = screenState.mode === "phone";
    const told = stage && [stage.setBy && this.words.stageSetBy(stage.setBy, this.format.moment(stage.since)), stage.reason];
    return html`<button
      class="${stage ? "" : "unset"} ${!stage && phone ? "small" : ""}"
      title=${told?.filter(Boolean).join(" · ") || nothing}
      aria-haspopup="dialog"
      @click=${this.open}
    >
      ${stage ? this.set(stage) : this.unset(phone)}
    </button>`;
  }

  private set({ level, word }: Stage) {
    return html`<span class="number level-${level}"><span class="unseen">${this.words.stage} </span>${level}</span> ${this.text(word)}`;
  }

  private unset(phone: boolean) {
    const { stage, stageNotSet } = this.words;
    return phone ? html`<span class="unseen">${stage}: </span>${stageNotSet}` : html`${stage} · ${stageNotSet}`;
  }

  private open(): void {
    void import("../stage/stage-dialog");
    this.opened = true;
  }
}
