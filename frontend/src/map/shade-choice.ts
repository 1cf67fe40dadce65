/** Chooses what shades the map: figures of areas by layer or indicator, and the density of points. */
import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import type { Layer } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { type Classing, EVENTS, type Level, type Measure, type Per, RADII, readShade, type Shade, shadeText } from "../screen/shade";
import { controls } from "../theme/controls";
import { choiceTitle } from "./figure-words";
import { usualRadius } from "./shade-layers";

@customElement("shade-choice")
export class ShadeChoice extends View {
  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 0.5rem;
        width: 17rem;
        padding: 0.5rem 0.75rem 0.75rem 1rem;
        border-top: 1px solid var(--line);
      }

      .wide {
        grid-column: 1 / -1;
      }

      select {
        width: 100%;
      }
    `,
  ];

  protected override render() {
    const { shade, heat } = screenState.state;
    const words = this.words.figures;
    return html`
      <label class="field wide">${words.choose} ${this.shades(shade)}</label>
      ${shade ? html`<label class="field">${words.level} ${this.levels(shade)}</label>` : ""}
      ${shade?.layer ? html`<label class="field">${words.per} ${this.divisions(shade)}</label>` : ""}
      ${shade ? html`<label class="field wide">${words.classing} ${this.classings(shade)}</label>` : ""}
      <label class="field wide">
        ${words.heatChoose}
        <select @change=${(event: Event) => this.setHeat(picked(event))}>
          <option value="" ?selected=${!heat}>${words.none}</option>
          <option value=${EVENTS} ?selected=${heat?.of === EVENTS}>${words.events}</option>
          ${this.layers().map(({ id, title }) => html`<option value=${id} ?selected=${heat?.of === id}>${this.text(title)}</option>`)}
        </select>
      </label>
      ${heat
        ? html`<label class="field">
            ${words.radius}
            <select @change=${(event: Event) => screenState.adjust({ heat: { ...heat, radius: Number(picked(event)) } })}>
              ${RADII.map((radius) => html`<option value=${radius} ?selected=${heat.radius === radius}>${this.format.distance(radius)}</option>`)}
            </select>
          </label>`
        : ""}
    `;
  }

  private layers(): readonly Layer[] {
    return store.city?.layers ?? [];
  }

  private shades(shade: Shade | null) {
    const at = { level: shade?.level ?? ("kelurahan" as Level), per: null, classing: "quantile" as Classing };
    const now = shade && shadeText({ ...shade, per: null, classing: "quantile" });
    const option = (choice: Shade, title: string) => {
      const value = shadeText(choice);
      return html`<option value=${value} ?selected=${value === now}>${title}</option>`;
    };
    const say = (text: Parameters<View["text"]>[0]) => this.text(text);
    return html`<select @change=${(event: Event) => screenState.adjust({ shade: readShade(picked(event)), heat: null })}>
      <option value="" ?selected=${!shade}>${this.words.figures.none}</option>
      <optgroup label=${this.words.figures.byLayer}>
        ${this.layers().flatMap((layer) => measures(layer).map((each) => option({ ...at, ...each }, choiceTitle(layer, each, this.words, say))))}
      </optgroup>
      <optgroup label=${this.words.figures.byIndicator}>
        ${(store.now?.tiles ?? []).map(({ id, label }) => option({ ...at, layer: null, indicator: id, measure: "count", attribute: null }, this.text(label)))}
      </optgroup>
    </select>`;
  }

  private levels(shade: Shade) {
    return html`<select @change=${(event: Event) => screenState.adjust({ shade: { ...shade, level: picked(event) as Level } })}>
      ${(["kelurahan", "kecamatan"] as const).map(
        (level) => html`<option value=${level} ?selected=${shade.level === level}>${this.words.levels[level]}</option>`,
      )}
    </select>`;
  }

  private divisions(shade: Shade) {
    const { perNone, perArea, perPopulation } = this.words.figures;
    const choices: [Per | "", string][] = [["", perNone], ["area", perArea], ["population", perPopulation]];
    return html`<select @change=${(event: Event) => screenState.adjust({ shade: { ...shade, per: (picked(event) || null) as Per | null } })}>
      ${choices.map(([value, title]) => html`<option value=${value} ?selected=${(shade.per ?? "") === value}>${title}</option>`)}
    </select>`;
  }

  private classings(shade: Shade) {
    return html`<select @change=${(event: Event) => screenState.adjust({ shade: { ...shade, classing: picked(event) as Classing } })}>
      ${(["quantile", "natural"] as const).map(
        (classing) => html`<option value=${classing} ?selected=${shade.classing === classing}>${this.words.figures.classes[classing]}</option>`,
      )}
    </select>`;
  }

  private setHeat(of: string): void {
    // Both at once would be read as one: they share their colours.
    screenState.adjust({ shade: null, heat: of ? { of, radius: screenState.state.heat?.radius ?? usualRadius } : null });
  }
}

function picked(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}

/** What can be told of a layer by area: how many, and sums and means of its columns that have a unit. */
function measures(layer: Layer): Pick<Shade, "layer" | "indicator" | "measure" | "attribute">[] {
  const of = (measure: Measure, attribute: string | null) => ({ layer: layer.id, indicator: null, measure, attribute });
  const figures = layer.columns.filter(({ unit }) => unit);
  return [of("count", null), ...figures.flatMap(({ key }) => [of("sum", key), of("mean", key)])];
}
