/** Long computations: those that wait and run with their progress, those that are over with how they ended. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Job, type OfferedJob, work } from "../api/work";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { Lookout } from "./lookout";
import "./offer-box";
import { sameOffers } from "./same-offers";
import { workStyles } from "./work-styles";

const isOpen = ({ state }: Job) => state === "queued" || state === "running";

@customElement("job-list")
export class JobList extends View {
  @state() private jobs: readonly Job[] = [];
  @state() private offered: readonly OfferedJob[] = [];
  @state() private count = 0;
  @state() private problem = "";
  private readonly lookout = new Lookout(this, () => this.read());

  static override readonly styles = [controls, panelParts, workStyles];

  private async read(): Promise<boolean> {
    try {
      const told = await work.jobs();
      this.jobs = [...told.turns, ...told.jobs.filter(({ turn }) => !turn)];
      this.offered = sameOffers(this.offered, told.offered);
      this.count = told.count;
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    return this.jobs.some(isOpen);
  }

  private async cancel(job: Job): Promise<void> {
    this.problem = "";
    try {
      await work.cancel(job.id);
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    await this.lookout.again();
  }

  protected override render() {
    const words = this.words.work;
    return html`
      <div class="section-head"><h2>${words.jobs}</h2><span class="count">${this.format.exact(this.count)}</span></div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.mayRun ? html`<offer-box .offers=${this.offered} .label=${words.startOne} @asked=${() => this.lookout.again()}></offer-box>` : nothing}
      ${this.jobs.length ? this.jobs.map((job) => this.job(job)) : html`<p class="empty">${words.noJobs}</p>`}
    `;
  }

  private job(job: Job) {
    const words = this.words.work;
    const title = this.text(job.title);
    return html`<div class="one" data-state=${job.state}>
      <div class="title">
        <strong>${title}</strong>
        ${isOpen(job) && this.mayRun
          ? html`<button class="button" aria-label="${words.cancel}: ${title}" @click=${() => this.cancel(job)}>${words.cancel}</button>`
          : nothing}
      </div>
      <p>${[this.standing(job), job.exercise && words.exercise, this.asker(job), this.time(job)].filter(Boolean).join(" · ")}</p>
      ${job.state === "running" ? html`<progress max="100" .value=${job.progress} aria-label=${title}></progress>` : nothing}
      ${job.reason ? html`<p class="asks">${this.text(job.reason)}</p>` : nothing}
    </div>`;
  }

  private standing(job: Job): string {
    const words = this.words.work;
    const state = words.jobStates[job.state];
    if (job.state === "running") return words.running(this.format.exact(job.progress), job.note);
    return job.state === "done" ? `${state}, ${words.results(this.format.exact(job.results))}` : state;
  }

  private asker(job: Job): string | undefined {
    return job.every ? this.words.work.byItself(this.period(job.every)) : job.requestedBy;
  }

  private period(seconds: number): string {
    const words = this.words.feeds;
    if (seconds < 120) return words.seconds(this.format.exact(Math.round(seconds)));
    if (seconds < 7200) return words.minutes(this.format.exact(Math.round(seconds / 60)));
    return words.hours(this.format.exact(Math.round(seconds / 3600)));
  }

  private time(job: Job): string {
    return this.format.moment(job.endedAt ?? job.startedAt ?? job.requestedAt);
  }

  private get mayRun(): boolean {
    return store.session?.permissions.includes("jobs.run") ?? false;
  }
}
