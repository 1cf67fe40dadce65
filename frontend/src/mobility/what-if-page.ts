/** What-ifs: choose what changes, see it computed, and read both sides beside each other. All of it is simulated. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { servicePaper, serviceRead } from "../api/service-read";
import { type Job, type OfferedJob, work } from "../api/work";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { scrolledTable, tableParts } from "../theme/table-parts";
import { Reading } from "../views/reading";
import "../work/asked-form";
import { Lookout } from "../work/lookout";
import { workStyles } from "../work/work-styles";
import { MobilityView } from "./mobility-view";
import "./what-if-map";
import { type FoundWhatIf, type Row, type WhatIf, type WhatIfs, valueOf, valuesOf } from "./what-if-types";

const isOurs = ({ service, job }: { service: string; job: string }) => service === "mobility" && job === "what-if";
/** Of the roads in the table; the map has all. */
const MOST_LISTED = 50;
const isOpen = ({ state }: Job) => state === "queued" || state === "running";

@customElement("mobility-what-if")
export class WhatIfPage extends MobilityView {
  @state() private offer: OfferedJob | null = null;
  @state() private jobs: readonly Job[] = [];
  @state() private asking = false;
  @state() private problem = "";
  private done = "";
  private readonly list = new Reading<WhatIfs>(this, { key: () => "all", read: (signal) => serviceRead<WhatIfs>("mobility", "what-ifs", {}, signal) });
  private readonly reading = new Reading<FoundWhatIf>(this, {
    key: () => this.chosen,
    read: (signal) => serviceRead<FoundWhatIf>("mobility", `what-ifs/${encodeURIComponent(this.chosen ?? "")}`, {}, signal),
    got: ({ whatIf }) => this.give(whatIf ? valuesOf(whatIf) : []),
  });
  private readonly lookout = new Lookout(this, () => this.look());

  static override readonly styles = [
    controls,
    panelParts,
    tableParts,
    workStyles,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.5rem 1rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .frame {
        margin: 0.75rem 1.125rem;
        border: 2px dashed var(--ink2);
      }

      .frame > p {
        padding: 0.5rem 0.75rem 0;
      }

      .counted > p {
        padding: 0.5rem 1.125rem;
      }

      th,
      td {
        padding: 0.375rem 0.75rem;
        border-bottom: 1px solid var(--line);
        text-align: right;
        font-weight: 400;
      }

      th:first-child {
        text-align: left;
      }

      .spread {
        display: block;
        color: var(--ink2);
        font-size: var(--t12);
      }
    `,
  ];

  private get chosen(): string | null {
    return this.detail ?? this.list.value?.whatIfs[0]?.key ?? null;
  }

  /** The offer and our jobs; a job that has ended since brings its result. */
  private async look(): Promise<boolean> {
    try {
      const told = await work.jobs();
      this.offer ??= told.offered.find(isOurs) ?? null;
      this.jobs = told.jobs.filter(isOurs).slice(0, 3);
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    const done = this.jobs.filter(({ state }) => state === "done").map(({ id }) => id).join();
    if (done !== this.done) {
      this.done = done;
      await Promise.all([this.list.again(), this.chosen ? this.reading.again() : undefined]);
    }
    return this.jobs.some(isOpen);
  }

  protected override render() {
    const { whatif: say } = this.say;
    const known = this.list.value;
    const whatIf = this.reading.value?.whatIf;
    return html`
      ${this.stateOf(this.list)} ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${known ? this.head(known) : nothing} ${known?.networks === 0 ? html`<p class="empty">${say.noNetwork}</p>` : nothing}
      ${this.asking && this.offer
        ? html`<asked-form .offer=${this.offer} @closed=${() => (this.asking = false)} @asked=${this.asked}></asked-form>`
        : nothing}
      ${this.jobs.filter((job) => job.state !== "done").map((job) => this.job(job))}
      ${known && known.whatIfs.length === 0 ? html`<p class="empty">${say.none}</p>` : nothing} ${this.stateOf(this.reading)}
      ${whatIf ? this.whatIf(whatIf) : nothing} ${known?.counted.length ? this.counted(known.counted) : nothing}
    `;
  }

  /** Emissions of traffic that was counted: outside the frame of what is simulated. */
  private counted(areas: WhatIfs["counted"]) {
    const { whatif: say } = this.say;
    const exact = (value: number | null) => (value === null ? say.notTold : this.format.exact(Number(value.toPrecision(3))));
    const [first] = areas;
    return html`<section class="counted">
      <div class="section-head"><h2>${say.counted}</h2></div>
      <p class="small">${say.countedNote(this.format.moment(first?.from ?? ""), this.format.moment(first?.to ?? ""))}</p>
      ${scrolledTable(
        say.counted,
        [say.area, say.km, say.co2, say.nox, say.pm],
        areas.map(
          (area) => html`<tr data-level=${area.level}>
            <th scope="row"><button class="link" @click=${() => screenState.openPlace(area.id)}>${area.name || say.city}</button> <span class="spread">${say.levels[area.level] ?? ""}</span></th>
            <td>${exact(area.km)}</td>
            <td>${exact(area.co2)} <span class="spread">${say.between(exact(area.low), exact(area.high))}</span></td>
            <td>${exact(area.nox)}</td>
            <td>${exact(area.pm)}</td>
          </tr>`,
        ),
      )}
      <p class="small">${say.factors(first?.source ?? "")}</p>
    </section>`;
  }

  private readonly asked = () => {
    this.asking = false;
    void this.lookout.again();
  };

  private head({ whatIfs }: WhatIfs) {
    const { whatif: say } = this.say;
    const choose = (event: Event) => screenState.adjust({ detail: (event.target as HTMLSelectElement).value });
    const may = store.session?.permissions.includes("jobs.run") ?? false;
    return html`<div class="head">
      ${whatIfs.length
        ? html`<label class="field"
            >${say.choose}
            <select @change=${choose}>
              ${whatIfs.map(({ key, name }) => html`<option value=${key} ?selected=${key === this.chosen}>${name}</option>`)}
            </select>
          </label>`
        : nothing}
      ${may ? html`<button class="button" ?disabled=${!this.offer} @click=${() => (this.asking = !this.asking)}>${say.fresh}</button>` : nothing}
    </div>`;
  }

  private job(job: Job) {
    const { jobStates, running } = this.words.work;
    const title = this.text(job.title);
    const standing = job.state === "running" ? running(this.format.exact(job.progress), job.note) : jobStates[job.state];
    const cancel = () => void work.cancel(job.id).then(() => this.lookout.again());
    return html`<div class="one" data-state=${job.state}>
      <div class="title">
        <strong>${title}</strong> ${isOpen(job) ? html`<button class="button" @click=${cancel}>${this.say.whatif.cancel}</button>` : nothing}
      </div>
      <p>${standing} · ${this.format.moment(job.endedAt ?? job.startedAt ?? job.requestedAt)}</p>
      ${job.state === "running" ? html`<progress max="100" .value=${job.progress} aria-label=${title}></progress>` : nothing}
      ${job.reason ? html`<p class="asks">${this.text(job.reason)}</p>` : nothing}
    </div>`;
  }

  private whatIf(whatIf: WhatIf) {
    const { whatif: say } = this.say;
    const exact = (value: number) => this.format.exact(value);
    const { second } = whatIf;
    const kinds = Object.entries(whatIf.read).map(([kind, { number, from, to }]) =>
      say.readKind(say.kinds[kind] ?? kind, exact(number), from && this.format.moment(from), to && this.format.moment(to)),
    );
    const facts = [
      say.read(kinds.join(", ")),
      say.runs(exact(whatIf.seeds), exact(whatIf.minutes)),
      say.motorcycles(exact(whatIf.motorcycles)),
      whatIf.fitting === null ? "" : say.fit(exact(whatIf.fitting), exact(whatIf.counts)),
      whatIf.leftOut ? say.leftOut(exact(whatIf.leftOut)) : "",
      whatIf.faster ? say.faster(exact(whatIf.faster)) : "",
      say.model(whatIf.model),
      second ? say.second(whatIf.secondModel, exact(second[0]), exact(second[1])) : "",
    ];
    return html`<section class="frame" data-method=${whatIf.method}>
      <p><strong>${say.simulated}</strong> · ${whatIf.name} · ${this.format.moment(whatIf.at)}</p>
      ${whatIf.cutOff ? html`<p role="note">${say.cutOff(exact(whatIf.cutOff))}</p>` : nothing}
      <div class="section-head">
        <h2>${say.compared}</h2>
        <button class="button" @click=${() => void this.print()}>${say.print}</button>
      </div>
      ${scrolledTable(say.compared, [say.figure, say.before, say.after], whatIf.rows.map((row) => this.row(whatIf, row)))}
      <p class="small">${facts.filter(Boolean).join(" · ")}</p>
      <p class="small">${this.text(whatIf.note)}</p>
      <div class="section-head"><h2>${say.roads}</h2></div>
      <what-if-map .roads=${whatIf.roads}></what-if-map>
      ${whatIf.roads.length
        ? scrolledTable(say.roads, [say.road, say.delay, say.queue, say.co2], whatIf.roads.slice(0, MOST_LISTED).map((road) => this.road(road)))
        : html`<p class="empty">${say.noRoad}</p>`}
    </section>`;
  }


  private row(whatIf: WhatIf, row: Row) {
    return html`<tr data-figure=${row.attribute}>
      <th scope="row">${this.text(row.label)}</th>
      ${(["before", "after"] as const).map((side) => html`<td>${this.value(valueOf(whatIf, row, side), "cell")} ${this.spread(row[side])}</td>`)}
    </tr>`;
  }

  private spread({ least, most }: Row["before"]) {
    const of = (value: number) => this.format.exact(value);
    return least === most ? nothing : html`<span class="spread">${this.say.whatif.between(of(least), of(most))}</span>`;
  }

  private road(road: WhatIf["roads"][number]) {
    const pair = ([before, after]: readonly [number, number]) => `${this.format.exact(before)} → ${this.format.exact(after)}`;
    return html`<tr>
      <th scope="row"><button class="link" @click=${() => screenState.openPlace(road.id)}>${road.name}</button></th>
      <td>${pair(road.delay)}</td>
      <td>${pair(road.queue)}</td>
      <td>${pair(road.co2)}</td>
    </tr>`;
  }

  private async print(): Promise<void> {
    this.problem = "";
    try {
      const paper = await servicePaper("mobility", `what-ifs/${encodeURIComponent(this.chosen ?? "")}/sheet`, { lang: screenState.language });
      const address = URL.createObjectURL(paper);
      window.open(address, "_blank", "noopener");
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }
}
