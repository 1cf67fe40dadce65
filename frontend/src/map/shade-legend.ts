/** The printed legend of what shades the map: classes, how many areas in each, of how many records; heat in its terms. */
import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { areaFigures } from "../live/area-figures";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { EVENTS, type Heat } from "../screen/shade";
import { controls } from "../theme/controls";
import { setStyle } from "../theme/set-style";
import { basisText, figureText, figureTitle } from "./figure-words";
import { heatPoints } from "./heat-points";

@customElement("shade-legend")
export class ShadeLegend extends View {
  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
        max-width: 22rem;
      }

      section {
        padding: 0.5rem 0.75rem 0.625rem 1rem;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        background: var(--surface);
        font-size: var(--t12);
        line-height: 1.125rem;
      }

      header {
        display: flex;
        align-items: start;
        gap: 0.5rem;
      }

      h2 {
        flex: 1;
        font: 600 0.8125rem/1.25rem var(--text);
      }

      .tool {
        padding: 0.125rem;
        color: var(--ink2);
      }

      li {
        display: grid;
        grid-template-columns: 1.25rem minmax(0, 1fr) auto;
        gap: 0.5rem;
        align-items: center;
      }

      i {
        height: 0.75rem;
        border: 1px solid var(--line);
      }

      .n,
      p {
        color: var(--ink2);
      }

      .unknown i {
        background: repeating-linear-gradient(135deg, var(--label) 0 1px, var(--city) 1px 5px);
      }

      .ramp {
        height: 0.75rem;
        margin: 0.25rem 0;
        background: linear-gradient(90deg, var(--city), var(--class-1), var(--class-2), var(--class-3), var(--class-4), var(--class-5));
        border: 1px solid var(--line);
      }

      .ends {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
      }
    `,
  ];

  protected override render() {
    const { shade, heat } = screenState.state;
    return html`${shade ? this.shade() : nothing} ${heat ? this.heat(heat) : nothing}`;
  }

  private shade() {
    const words = this.words.figures;
    const { figures, problem } = areaFigures;
    if (!figures) return html`<section><p role=${problem ? "alert" : "status"}>${problem ? words.failed : this.words.loading}</p></section>`;
    const say = (text: Parameters<View["text"]>[0]) => this.text(text);
    const count = figures.classes.length;
    return html`<section aria-label=${figureTitle(figures, this.words, say)}>
      <header>
        <h2>${figureTitle(figures, this.words, say)}</h2>
        <button class="tool" title=${words.table} aria-label=${words.table} @click=${() => this.table()}>${icon("list", 15)}</button>
        <button class="tool" title=${words.close} aria-label=${words.close} @click=${() => screenState.adjust({ shade: null })}>
          ${icon("close", 15)}
        </button>
      </header>
      <ol>
        ${figures.classes.map(({ from, to, n }, step) => {
          const limits = from === to ? figureText(from, figures, this.format, say) : `${this.number(from)}–${figureText(to, figures, this.format, say)}`;
          return html`<li>
            <i style=${setStyle({ background: `var(--class-${this.colour(step, count)})` })}></i><span>${limits}</span>
            <span class="n">${words.areas(this.format.exact(n))}</span>
          </li>`;
        })}
        ${figures.unknown
          ? html`<li class="unknown"><i></i><span>${words.unknown(this.format.exact(figures.unknown))}</span></li>`
          : nothing}
      </ol>
      <p>${[this.words.levels[figures.level], words.classes[figures.method], basisText(figures, this.words, this.format)].filter(Boolean).join(" · ")}</p>
      ${store.city?.basemap ? nothing : html`<p>${words.noMap}</p>`}
    </section>`;
  }

  private number(value: number): string {
    return Number.isInteger(value) ? this.format.exact(value) : this.format.glance(value);
  }

  private colour(step: number, count: number): number {
    return count > 1 ? 1 + Math.round((step * 4) / (count - 1)) : 3;
  }

  private heat(heat: Heat) {
    const words = this.words.figures;
    const { points, most, span } = heatPoints(heat);
    const layer = store.city?.layers.find(({ id }) => id === heat.of);
    const what = heat.of === EVENTS ? words.events : this.text(layer?.title);
    const told = words.heatOf(what, this.format.exact(points.length), this.format.distance(heat.radius));
    return html`<section aria-label=${told}>
      <header>
        <h2>${told}</h2>
        <button class="tool" title=${words.heatClose} aria-label=${words.heatClose} @click=${() => screenState.adjust({ heat: null })}>
          ${icon("close", 15)}
        </button>
      </header>
      <div class="ramp" aria-hidden="true"></div>
      <p class="ends"><span>${words.heatFew}</span><span>${words.heatScale(this.format.exact(most))}</span></p>
      <p>${span ? words.span(this.format.moment(new Date(span[0])), this.format.moment(new Date(span[1]))) : words.spanNone}</p>
    </section>`;
  }

  private table(): void {
    screenState.go({ page: "place", list: "areas", id: null, incident: null, value: null, sheet: false });
  }
}
