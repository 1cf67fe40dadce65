/** What a signal group shows: by colour, by the place in the head, and by a shape of its own. The word stands beside it. */
import { css, html, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { View } from "../frame/view";
import type { Aspect } from "./junction-live";

/** A square stops, a triangle warns, a circle goes. */
const RED = svg`<rect class="red" x="4" y="3" width="8" height="8" rx="1"/>`;
const AMBER = svg`<path class="amber" d="M8 14.500 12.800 22.500H3.200z"/>`;
const GREEN = svg`<circle class="green" cx="8" cy="30" r="4.500"/>`;
const LIT: Record<Aspect, unknown> = {
  red: RED,
  redAmber: svg`${RED}${AMBER}`,
  amber: AMBER,
  green: GREEN,
  dark: svg`<path class="none" d="M4 6l8 26M12 6 4 32"/>`,
  flashing: svg`<g class="flashing">${AMBER}</g>`,
};

@customElement("signal-head")
export class SignalHead extends View {
  @property() aspect: Aspect | null = null;

  static override readonly styles = css`
    :host {
      display: inline-block;
      flex: none;
      width: 1rem;
      height: 2.375rem;
    }

    svg {
      width: 100%;
      height: 100%;
    }

    .case {
      fill: var(--bg);
      stroke: var(--edge);
    }

    .off {
      fill: none;
      stroke: var(--line);
    }

    .red {
      fill: var(--danger);
    }

    .amber {
      fill: var(--caution);
    }

    .green {
      fill: var(--safe);
    }

    .none {
      fill: none;
      stroke: var(--ink3);
      stroke-width: 1.5;
    }

    .flashing {
      animation: flash 1s steps(2, jump-none) infinite;
    }

    @keyframes flash {
      to {
        opacity: 0.25;
      }
    }

    @media (prefers-reduced-motion: reduce) {
      .flashing {
        animation: none;
      }
    }
  `;

  protected override render() {
    const { aspect } = this;
    return html`<svg viewBox="0 0 16 38" aria-hidden="true">
      <rect class="case" x="0.5" y="0.5" width="15" height="37" rx="4" />
      ${[7, 19, 30].map((y) => svg`<circle class="off" cx="8" cy=${y} r="4"/>`)} ${aspect ? LIT[aspect] : svg`<path class="none" d="M4 19h8"/>`}
    </svg>`;
  }
}
