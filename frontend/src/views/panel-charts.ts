/** The charts of a place that its panel asks for: how its numbers went over the last hours. Loaded only where there are some. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api } from "../api/client";
import { momentKey } from "../api/moment";
import type { History, Place, Value } from "../api/types";
import { View } from "../frame/view";
import { factAddress } from "../live/open-place";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "../value/history-chart";
import { unitText } from "../value/words";

type Asked = NonNullable<Place["panel"]>["charts"][number];
const HOUR_MS = 3_600_000;

@customElement("panel-charts")
export class PanelCharts extends View {
  @property({ attribute: false }) place!: Place;
  @state() private histories: Readonly<Record<string, History | null>> = {};

  private readFor = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      section {
        padding-bottom: 0.75rem;
        border-bottom: 1px solid var(--line);
      }

      .section-head {
        border-bottom: 0;
        padding-bottom: 0.125rem;
      }

      p {
        padding: 0 1.125rem;
      }

      history-chart {
        display: block;
        min-height: 9.5rem;
      }

      .acts {
        padding-top: 0.375rem;
      }
    `,
  ];

  protected override willUpdate(): void {
    const { id, position } = this.place;
    const key = `${id} ${position} ${momentKey(store.past)}`;
    if (key === this.readFor) return;
    if (!this.readFor.startsWith(`${id} `)) this.histories = {};
    this.readFor = key;
    void this.read(key, id);
  }

  private async read(key: string, id: string): Promise<void> {
    const charts = this.place.panel?.charts ?? [];
    const found = await Promise.all(charts.map(({ attribute, hours }) => this.one(id, attribute, hours)));
    if (key !== this.readFor) return;
    this.histories = Object.fromEntries(charts.map(({ attribute }, index) => [attribute, found[index] ?? null]));
  }

  private one(id: string, attribute: string, hours: number): Promise<History | null> {
    const from = new Date(store.clock().getTime() - hours * HOUR_MS).toISOString();
    return api.history(id, attribute, store.past, from).catch(() => null);
  }

  protected override render() {
    return html`${(this.place.panel?.charts ?? []).map((chart) => this.chart(chart))}`;
  }

  private chart({ attribute, hours }: Asked) {
    const fact = this.place.facts.find((each) => each.attribute === attribute && each.datasetId === null);
    if (!fact) return nothing;
    const { words } = this;
    const name = this.text(fact.label);
    const history = this.histories[attribute];
    return html`<section aria-label=${name} data-attribute=${attribute}>
      <div class="section-head">
        <h2>${name}</h2>
        <span class="count">${[unitText(fact, this.format), words.views.lastHours(this.format.glance(hours))].filter(Boolean).join(", ")}</span>
      </div>
      ${history === undefined ? html`<p class="small" aria-busy="true">${words.loading}</p>` : this.drawn(fact, history)}
      <p class="acts">
        <button class="button" @click=${() => screenState.adjust({ value: factAddress(fact) })}>${words.drawer.title}</button>
      </p>
    </section>`;
  }

  private drawn(fact: Value, history: History | null) {
    const { words, format } = this;
    const numbers = (history?.points ?? []).flatMap(([, value]) => (typeof value === "number" ? [value] : []));
    const hourly = history?.hourly ?? [];
    if (!history || numbers.length + hourly.length < 2) return html`<p class="small">${words.views.fewValues(format.exact(numbers.length + hourly.length))}</p>`;
    const least = Math.min(...numbers, ...hourly.map(([, , low]) => low));
    const most = Math.max(...numbers, ...hourly.map(([, , , , high]) => high));
    const source = store.city?.sources.find(({ id }) => id === fact.provider) ?? null;
    return html`<p class="small">${words.views.range(format.exact(numbers.length + hourly.length), format.glance(least), format.glance(most))}</p>
      <history-chart .history=${history} .period=${fact.updatePeriod ?? null} .source=${source}></history-chart>`;
  }
}
