/** The city's stage: number, word and colour together; grey and "not set" until someone sets it. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { View } from "./view";

@customElement("stage-badge")
export class StageBadge extends View {
  static override readonly styles = [
    controls,
    css`
      :host {
        flex: none;
        min-width: 0;
      }

      div {
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

      .number {
        display: grid;
        place-items: center;
        width: 1.5rem;
        height: 1.5rem;
        border-radius: 50%;
        font-weight: 600;
        color: var(--on-status);
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

      .level-1 {
        background: var(--stage-1);
      }

      .level-2 {
        background: var(--stage-2);
      }

      .level-3 {
        background: var(--stage-3);
      }

      .level-4 {
        background: var(--stage-4);
      }

      .level-5 {
        background: var(--stage-5);
      }
    `,
  ];

  protected override render() {
    const stage = store.now?.stage;
    if (!store.now) return html``;
    if (!stage) return this.unset();
    return html`<div title=${this.words.stageSetBy(stage.setBy, this.format.moment(stage.since))}>
      <span class="number level-${stage.level}"><span class="unseen">${this.words.stage} </span>${stage.level}</span>
      ${this.text(stage.word)}
    </div>`;
  }

  private unset() {
    const { stage, stageNotSet } = this.words;
    if (screenState.mode !== "phone") return html`<div class="unset">${stage} · ${stageNotSet}</div>`;
    return html`<div class="unset small"><span class="unseen">${stage}: </span>${stageNotSet}</div>`;
  }
}
