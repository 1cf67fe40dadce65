/** Corridors of a city that has no timetable: drawn or typed or read from a table, made into GTFS, searched at once. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Problem } from "../api/problem";
import { serviceRead, serviceSend } from "../api/service-read";
import { servicePath } from "../api/service-path";
import { ofTenant } from "../api/tenant";
import type { Text } from "../api/types";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { Reading } from "../views/reading";
import { changed, type CorridorsKept, type DraftCorridor, type DraftList, newCorridor, newList, sent } from "./corridor-draft";
import "./corridor-editor";
import { MobilityView } from "./mobility-view";

const USUAL = "koridor";

@customElement("mobility-corridors")
export class CorridorsPage extends MobilityView {
  @state() private draft: DraftList | null = null;
  @state() private chosen = 0;
  @state() private touched = false;
  @state() private busy = false;
  @state() private problem = "";
  @state() private faults: readonly string[] = [];
  @state() private done: CorridorsKept | null = null;
  @state() private said = "";
  private version = "";

  private readonly reading = new Reading<CorridorsKept>(this, {
    key: () => this.feed,
    read: (signal) => serviceRead<CorridorsKept>("mobility", `corridor-lists/${this.feed}`, {}, signal),
    got: (kept) => this.took(kept),
  });

  static override readonly styles = [
    controls,
    panelParts,
    css`
      :host {
        display: block;
      }

      .lead,
      .acts,
      .said,
      details {
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .lead {
        max-width: 70ch;
      }

      summary {
        cursor: pointer;
        font: 600 0.8125rem/1.25rem var(--text);
      }

      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: 0.625rem;
        padding-top: 0.625rem;
      }

      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: center;
      }

      .acts a,
      .acts label {
        color: inherit;
        text-decoration: none;
        cursor: pointer;
      }

      .chips button[aria-current="true"] {
        border-color: var(--accent);
        color: var(--accent);
      }

      .notice li {
        overflow-wrap: anywhere;
      }
    `,
  ];

  private get feed(): string {
    return /^[A-Za-z0-9-]{1,40}$/.test(this.detail ?? "") ? (this.detail as string) : USUAL;
  }

  private took(kept: CorridorsKept): void {
    this.version = kept.version;
    this.draft = kept.list ?? newList(store.city?.timeZone ?? "UTC", store.clock().getUTCFullYear());
    Object.assign(this, { chosen: 0, touched: false, done: kept.list ? kept : null, problem: "", faults: [], said: "" });
  }

  protected override render() {
    const { corridors: say } = this.say.buses;
    const { draft } = this;
    return html`<p class="lead">${say.lead}</p>
      ${this.stateOf(this.reading)} ${draft ? this.drawn(draft) : nothing}`;
  }

  private drawn(draft: DraftList) {
    const { corridors: say } = this.say.buses;
    const line = draft.corridors[this.chosen];
    return html`${this.operator(draft)} ${this.table()}
      <div class="section-head"><h2>${say.corridors}</h2><span class="count">${this.format.exact(draft.corridors.length)}</span></div>
      <div class="acts chips">
        ${draft.corridors.map(
          ({ code, name }, place) => html`<button class="button" aria-current=${place === this.chosen} @click=${() => (this.chosen = place)}>${code} ${name}</button>`,
        )}
        <button class="button" @click=${this.add}>+ ${say.add}</button>
      </div>
      ${line
        ? html`<corridor-editor .list=${draft} .line=${line} @line=${(event: CustomEvent<DraftCorridor>) => this.putLine(event.detail)} @gone=${this.drop}></corridor-editor>`
        : html`<p class="empty">${say.none}</p>`}
      ${this.outcome()}
      <div class="acts">
        <button class="button primary" ?disabled=${this.busy || draft.corridors.length === 0} @click=${() => void this.keep()}>${say.keep}</button>
        ${this.touched ? html`<span class="small" role="status">${say.unsaved}</span>` : nothing}
      </div>`;
  }

  private operator(draft: DraftList) {
    const { corridors: say } = this.say.buses;
    const { operator } = draft;
    const put = (change: Partial<DraftList["operator"]>) => this.put({ operator: { ...operator, ...change } });
    return html`<details ?open=${this.version === ""}>
      <summary>${say.operator}${operator.name ? html` · ${operator.name}` : nothing}</summary>
      <div class="fields">
        ${this.field(say.operatorName, operator.name, (name) => put({ name }), "operator")}
        ${this.field(say.url, operator.url, (url) => put({ url }), "url")}
        ${this.field(say.zone, operator.time_zone, (time_zone) => put({ time_zone }), "zone")}
        ${this.field(say.begin, draft.begin, (begin) => this.put({ begin }), "begin", "date")}
        ${this.field(say.end, draft.end, (end) => this.put({ end }), "end", "date")}
      </div>
    </details>`;
  }

  private field(label: string, value: string, put: (text: string) => void, name: string, type = "text") {
    return html`<label class="field">${label}<input name=${name} type=${type} maxlength="200" .value=${value} @change=${(event: Event) => put((event.target as HTMLInputElement).value)} /></label>`;
  }

  private table() {
    const { corridors: say } = this.say.buses;
    const template = ofTenant(`/pinisi/v1/${servicePath("mobility", "corridor-template")}`);
    return html`<details>
      <summary>${say.table}</summary>
      <p class="small">${say.tableHow}</p>
      <div class="fields">
        <a class="button" href=${template} download="corridors.csv">${say.template}</a>
        <label class="field">${say.openTable}<input type="file" name="table" accept=".csv,.tsv,.txt,text/csv" @change=${(event: Event) => void this.openTable(event)} /></label>
      </div>
    </details>`;
  }

  private outcome() {
    const { corridors: say } = this.say.buses;
    const { done } = this;
    const exact = (value: number) => this.format.exact(value);
    const file = done && ofTenant(`/pinisi/v1/${servicePath("mobility", `timetables/${done.feed}/file`)}`);
    return html`${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.faults.length ? html`<ul class="notice" role="alert">${this.faults.map((fault) => html`<li>${fault}</li>`)}</ul>` : nothing}
      ${this.said ? html`<p class="said" role="status">${this.said}</p>` : nothing}
      ${done && !this.touched
        ? html`<div class="said" role="status">
              <p>${say.kept(exact(done.lines), exact(done.stops))}</p>
              ${done.faults.length ? html`<p class="small">${say.warnings} ${done.faults.map(({ code, count }) => `${code} (${exact(count)})`).join(", ")}</p>` : nothing}
              <p class="small">${say.assumed}</p>
            </div>
            <div class="acts">
              <a class="button" href=${file ?? ""} download="${done.feed}.zip">${say.download}</a>
              <button class="button" @click=${() => screenState.openService("mobility/buses", `journeys:timetable=${done.feed}`)}>${say.tryIt}</button>
            </div>`
        : nothing}`;
  }

  private put(change: Partial<DraftList>): void {
    if (this.draft) Object.assign(this, { draft: { ...this.draft, ...change }, touched: true });
  }

  private putLine(line: DraftCorridor): void {
    if (this.draft) this.put({ corridors: changed(this.draft.corridors, this.chosen, line) });
  }

  private readonly add = () => {
    if (!this.draft) return;
    const { corridors } = this.draft;
    this.put({ corridors: [...corridors, newCorridor(this.draft)] });
    this.chosen = corridors.length;
  };

  private readonly drop = () => {
    if (!this.draft) return;
    this.put({ corridors: this.draft.corridors.filter((_, place) => place !== this.chosen) });
    this.chosen = Math.max(0, this.chosen - 1);
  };

  private async keep(): Promise<void> {
    if (!this.draft) return;
    Object.assign(this, { busy: true, problem: "", faults: [], said: "" });
    try {
      const wish = { version: this.version, list: sent(this.draft) };
      const kept = await serviceSend<CorridorsKept>("mobility", `corridor-lists/${this.feed}`, wish, "PUT");
      this.version = kept.version;
      Object.assign(this, { done: kept, touched: false });
    } catch (cause) {
      this.problem = cause instanceof Problem && cause.status === 409 ? this.say.buses.corridors.changed : this.saidOf(cause);
      if (cause instanceof Problem) this.faults = cause.errors.map(({ field, reason }) => `${this.fieldName(field)} ${this.text(reason)}`);
      if (this.faults.length) this.problem = "";
    }
    this.busy = false;
  }

  /** `list.corridors[0].stops[2]` as people say it: K1, stop 3. */
  private fieldName(path: string): string {
    const { corridors: say } = this.say.buses;
    const [, line, stop] = /corridors\[(\d+)\](?:\.stops\[(\d+)\])?/.exec(path) ?? [];
    if (line === undefined) return say.field(path.replace(/^list\./, ""));
    const corridor = this.draft?.corridors[Number(line)];
    const halt = stop === undefined ? "" : ` · ${say.stop} ${Number(stop) + 1} ${corridor?.stops[Number(stop)]?.name ?? ""}`;
    return say.field(`${corridor?.code ?? line}${halt}`);
  }

  private async openTable(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (!file || !this.draft) return;
    Object.assign(this, { problem: "", faults: [], said: "" });
    const { corridors: say } = this.say.buses;
    try {
      const told = { table: await file.text() };
      const path = `corridor-lists/${this.feed}/table`;
      const read = await serviceSend<{ corridors: DraftCorridor[]; faults: { row: number; field: string; reason: Text }[] }>("mobility", path, told);
      this.faults = read.faults.map(({ row, field, reason }) => `${say.row(this.format.exact(row), field)} ${this.text(reason)}`);
      const codes = new Set(read.corridors.map(({ code }) => code));
      const kept = this.draft.corridors.filter(({ code }) => !codes.has(code));
      if (read.corridors.length) this.put({ corridors: [...kept, ...read.corridors] });
      this.chosen = kept.length;
      this.said = say.tableRead(this.format.exact(read.corridors.length));
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }
}
