/** Simulated, replayed or paused: tints the frame and says so on top, so that nobody mistakes an exercise for the city. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { View } from "./view";

@customElement("exercise-bar")
export class ExerciseBar extends View {
  static override readonly styles = [
    controls,
    css`
      p {
        padding: 0.3125rem 1.5rem;
        background: var(--exercise);
        color: #ffffff;
        font-weight: 600;
        text-align: center;
      }

      .edge {
        position: fixed;
        inset: 0;
        z-index: 30;
        border: 4px solid var(--exercise);
        pointer-events: none;
      }
    `,
  ];

  protected override render() {
    const clock = store.session?.clock;
    if (!clock || (clock.mode === "live" && clock.method === null)) return nothing;
    const kind = clock.method ?? (clock.mode === "paused" ? "paused" : "replayed");
    return html`<p role="status">${this.words.exercise[kind]}</p><div class="edge"></div>`;
  }
}
