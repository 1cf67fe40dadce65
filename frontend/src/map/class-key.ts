/** What the shades of a layer of ground, or the widths of its lines, mean, and how many things have each: the printed legend. */
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Layer } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { setStyle } from "../theme/set-style";
import { levelOf, SHADES, WIDTHS } from "./ground-classes";

@customElement("class-key")
export class ClassKey extends View {
  @property({ attribute: false }) layer!: Layer;

  static override readonly styles = css`
    dl {
      display: grid;
      grid-template-columns: 1rem 1fr auto;
      gap: 0.125rem 0.75rem;
      align-items: center;
      margin: 0;
      padding: 0 2.5rem 0.25rem 1rem;
      font-size: var(--t12);
      line-height: 1rem;
      color: var(--ink2);
    }

    i {
      display: block;
      width: 0.75rem;
      height: 0.75rem;
      border: 1px solid;
    }

    dt,
    dd {
      margin: 0;
    }
  `;

  protected override render() {
    const { layer } = this;
    const rows = [...(store.tables.get(layer.id)?.rows.values() ?? [])];
    const colour = `var(--hue-${layer.hue % 10})`;
    return html`<dl>
      ${layer.classes.map(({ text }, at) => {
        const fill = `color-mix(in srgb, ${colour} ${(SHADES[at] ?? 1) * 100}%, transparent)`;
        const look: Record<string, string> =
          layer.drawing === "line" ? { background: colour, border: "0", height: `${WIDTHS[at] ?? 2}px` } : { background: fill, "border-color": colour };
        const count = rows.filter((row) => levelOf(layer, row) === at).length;
        return html`<i aria-hidden="true" style=${setStyle(look)}></i>
          <dt>${this.text(text)}</dt>
          <dd>${this.format.exact(count)}</dd>`;
      })}
    </dl>`;
  }
}
