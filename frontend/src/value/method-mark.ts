/** A letter in a circle: how a value came to be. */
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Method } from "../api/types";
import { View } from "../frame/view";

const LETTERS: Record<Method | "unstated", string> = {
  measured: "M",
  reported: "R",
  modelled: "C",
  forecast: "F",
  simulated: "S",
  replayed: "P",
  unstated: "?",
};

@customElement("method-mark")
export class MethodMark extends View {
  @property() method: Method | null = null;

  static override readonly styles = css`
    :host {
      display: inline-grid;
      flex: none;
    }

    span {
      display: grid;
      place-items: center;
      width: 1rem;
      height: 1rem;
      border: 1px solid currentColor;
      border-radius: 50%;
      font: 600 0.625rem/1 var(--text);
    }

    .simulated,
    .replayed,
    .forecast {
      border-style: dashed;
      border-radius: 0.25rem;
    }
  `;

  protected override render() {
    const method = this.method ?? "unstated";
    const word = this.words.method[method];
    return html`<span class=${method} role="img" aria-label=${word} title=${word}>${LETTERS[method]}</span>`;
  }
}
