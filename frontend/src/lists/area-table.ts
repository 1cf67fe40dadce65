/** The figures of areas as a table: the accessible twin of the map's shading, sorted by figure. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { AreaFigure, AreaFigures } from "../api/types";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { areaFigures } from "../live/area-figures";
import { basisText, figureText, figureTitle } from "../map/figure-words";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { moveFocus, typing } from "./list-keys";
import { byFigure } from "./rows";

@customElement("area-table")
export class AreaTable extends View {
  @state() private down = true;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .head {
        display: grid;
        gap: 0.5rem;
        padding: 0.375rem 1.125rem 0.75rem;
      }

      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
        padding: 0.375rem 0 0;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      h1 {
        font: 500 1.0625rem/1.5rem var(--text);
      }

      table {
        width: 100%;
        border-collapse: collapse;
      }

      th,
      td {
        padding: 0.375rem 1.125rem;
        border-bottom: 1px solid var(--line);
        text-align: left;
        font-weight: 400;
      }

      thead th {
        color: var(--ink2);
        font-size: var(--t12);
      }

      .figure {
        text-align: right;
        white-space: nowrap;
      }

      tbody button {
        text-align: left;
      }
    `,
  ];

  protected override render() {
    const { figures, problem } = areaFigures;
    if (!screenState.state.shade || problem) return html`<p class="empty" role="alert">${this.words.figures.failed}</p>`;
    if (!figures) return html`<p class="empty" aria-busy="true">${this.words.loading}</p>`;
    const title = figureTitle(figures, this.words, (text) => this.text(text));
    const words = this.words.figures;
    return html`
      <div class="head">
        <div>
          <button class="back" @click=${() => screenState.go({ list: null })}>${icon("back", 15)} ${this.words.pages.place}</button>
        </div>
        <h1>${title}</h1>
        <p class="small">${[this.words.levels[figures.level], basisText(figures, this.words, this.format)].filter(Boolean).join(" · ")}</p>
        ${figures.unknown ? html`<p class="small">${words.unknown(this.format.exact(figures.unknown))}</p>` : nothing}
      </div>
      <table @keydown=${this.key}>
        <caption class="unseen">${title}</caption>
        <thead>
          <tr>
            <th scope="col">${words.area}</th>
            <th scope="col" class="figure">${words.basis}</th>
            <th scope="col" class="figure" aria-sort=${this.down ? "descending" : "ascending"}>
              <button @click=${() => (this.down = !this.down)}>${words.value} (${this.down ? words.highFirst : words.lowFirst})</button>
            </th>
          </tr>
        </thead>
        <tbody>
          ${byFigure(figures.areas, this.down).map((area) => this.row(area, figures))}
        </tbody>
      </table>
    `;
  }

  private row(area: AreaFigure, figures: AreaFigures) {
    const { words, format } = this;
    const basis = area.missing ? `${format.exact(area.n)} (${words.figures.missing(format.exact(area.missing))})` : format.exact(area.n);
    return html`<tr>
      <th scope="row">
        <button data-move data-id=${area.id} @click=${() => screenState.openPlace(area.id)}>${area.name}</button>
        ${area.parent ? html`<span class="small">${area.parent}</span>` : nothing}
      </th>
      <td class="figure">${basis}</td>
      <td class="figure">${area.value === null ? words.figures.notKnown : figureText(area.value, figures, format, (text) => this.text(text))}</td>
    </tr>`;
  }

  private key(event: KeyboardEvent): void {
    if (typing(event)) return;
    const at = event.composedPath()[0] as HTMLElement;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-move]")];
    if (moveFocus(event, rows, at)) return;
    if (event.key === "m" && at.dataset["id"]) screenState.showOnMap(at.dataset["id"]);
  }
}
