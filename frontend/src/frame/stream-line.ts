/** Footer: the stream's state in words. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { View } from "./view";

@customElement("stream-line")
export class StreamLine extends View {
  static override readonly styles = [
    controls,
    css`
      p {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        height: 2.5rem;
        padding: 0 1.125rem;
        border-top: 1px solid var(--line);
        font-size: 0.8125rem;
        color: var(--ink2);
      }

      i {
        width: 0.5rem;
        height: 0.5rem;
        border-radius: 50%;
        background: var(--ink3);
      }

      .live i {
        background: var(--safe);
      }

      .cut i {
        background: var(--danger);
        border-radius: 0.0625rem;
      }
    `,
  ];

  protected override render() {
    const { state, cutSince } = store.connection;
    const words = this.words.stream;
    const told = state === "cut" ? words.cut(this.format.hourWithZone(new Date(cutSince ?? Date.now()))) : words[state];
    return html`<p class=${state} role="status"><i></i> <span class="cut-off">${told}</span></p>`;
  }
}
