/** Time: which moment is shown, two moments compared, and what is on the screen as a file. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { exportAddress } from "../api/client";
import type { Layer } from "../api/types";
import { View } from "../frame/view";
import { store, wishedMoment } from "../live/store";
import "../replay/replay-panel";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "../time/time-differences";
import { fieldText, fromField } from "../time/zoned";
import { honest } from "./honest";

const FORMATS = ["csv", "geojson", "parquet"] as const;

@customElement("time-page")
export class TimePage extends View {
  @state() private busy = false;

  static override readonly styles = [
    controls,
    panelParts,
    honest,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.375rem 1.25rem;
        padding: 0.875rem 1.125rem;
        border-top: 1px solid var(--line);
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      dt {
        color: var(--ink3);
      }

      .files {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.375rem 0.75rem;
        padding: 0.25rem 1.125rem 0.875rem;
        font-size: 0.8125rem;
      }

      .files .forms {
        display: flex;
        gap: 0.75rem;
      }

      .second {
        padding: 0.25rem 1.125rem 0.75rem;
      }
    `,
  ];

  protected override render() {
    const words = this.words.time;
    const { at, known, with: second } = screenState.state;
    const { session } = store;
    return html`
      <h1>${this.words.pages.time}</h1>
      <p class="lead">${words.lead}</p>
      <dl>
        <dt>${words.moment}</dt>
        <dd>${at === null ? words.present : this.format.moment(at)}</dd>
        ${at === null ? nothing : html`<dt>${words.knowledge}</dt><dd>${known === "now" ? words.asNowTold : words.asThenTold}</dd>`}
        ${store.now?.condensed ? html`<dt>${words.condensed}</dt><dd>${words.condensedTold}</dd>` : nothing}
        ${session ? html`<dt>${words.clock}</dt><dd>${words.clockModes[session.clock.mode]} · ${this.format.moment(store.present())}</dd>` : nothing}
      </dl>
      ${second === null ? nothing : this.comparison(second)}
      <div class="section-head"><h2>${words.take}</h2></div>
      <div class="files">${(store.city?.layers ?? []).map((layer) => this.files(layer))}</div>
      <p class="second">
        <button class="button" ?disabled=${this.busy} @click=${this.picture}>${words.mapPicture}</button>
      </p>
      <p class="empty">${words.keys}</p>
      <replay-panel></replay-panel>
    `;
  }

  private comparison(second: string) {
    const words = this.words.time;
    const zone = store.city?.timeZone ?? "UTC";
    return html`<div class="section-head"><h2>${words.compared}</h2></div>
      <label class="field second">
        ${words.with}
        <input
          type="datetime-local"
          step="1"
          .value=${fieldText(new Date(second), zone)}
          @change=${(event: Event) => {
            const moment = fromField((event.target as HTMLInputElement).value, zone);
            if (moment) screenState.adjust({ with: moment.toISOString() });
          }}
        />
      </label>
      <time-differences></time-differences>`;
  }

  private files(layer: Layer) {
    const title = this.text(layer.title);
    return html`<span>${title}</span>
      <span class="forms">
        ${FORMATS.map(
          (format) => html`<a
            href=${exportAddress({ layer: layer.id }, format, wishedMoment())}
            download
            aria-label=${`${title}, ${this.words.time.formats[format]}`}
            >${this.words.time.formats[format]}</a
          >`,
        )}
      </span>`;
  }

  private picture(): void {
    this.busy = true;
    screenState.dispatchEvent(new CustomEvent("picture", { detail: () => (this.busy = false) }));
  }
}
