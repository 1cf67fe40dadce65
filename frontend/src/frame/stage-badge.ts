/** The city's stage: number, word and colour together; grey and "not set" until someone sets it. Opens its page. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
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

  private badge() {
    const stage = store.now?.stage;
    if (!stage) return this.unset();
    const told = [stage.setBy && this.words.stageSetBy(stage.setBy, this.format.moment(stage.since)), stage.reason];
    return html`<button title=${told.filter(Boolean).join(" · ")} aria-haspopup="dialog" @click=${this.open}>
      <span class="number level-${stage.level}"><span class="unseen">${this.words.stage} </span>${stage.level}</span>
      ${this.text(stage.word)}
    </button>`;
  }

  private unset() {
    const { stage, stageNotSet } = this.words;
    const phone = screenState.mode === "phone";
    return html`<button class="unset ${phone ? "small" : ""}" aria-haspopup="dialog" @click=${this.open}>
      ${phone ? html`<span class="unseen">${stage}: </span>${stageNotSet}` : html`${stage} · ${stageNotSet}`}
    </button>`;
  }

  private open(): void {
    void import("../stage/stage-dialog");
    this.opened = true;
  }
}
