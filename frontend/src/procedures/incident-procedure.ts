/** The procedure of an incident: what is proposed, started with one key, and what is followed. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type IncidentProcedures, type ProcedureRun, type ProcedureTitle, procedures } from "../api/procedures";
import { writing } from "../frame/deep-focus";
import { View } from "../frame/view";
import { typing } from "../lists/list-keys";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { procedureStyles } from "./procedure-styles";
import "./procedure-run";
import type { ProcedureRunView } from "./procedure-run";

@customElement("incident-procedure")
export class IncidentProcedure extends View {
  @property() incidentId = "";
  @state() private told: IncidentProcedures | null = null;
  @state() private problem = "";
  @state() private busy = false;

  private readFor = "";
  private begin = false;
  private asked = 0;
  private answered = 0;

  static override readonly styles = [
    controls,
    panelParts,
    procedureStyles,
    css`
      :host {
        display: block;
      }

      .offer {
        display: grid;
        gap: 0.375rem;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .offer strong {
        font-weight: 500;
      }

      summary {
        cursor: pointer;
      }

      .others .offer {
        padding-inline: 0;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.key);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("keydown", this.key);
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("incidentId")) {
      this.told = null;
      this.begin = false;
    }
    const known = store.incidents.get(this.incidentId);
    const key = `${this.incidentId} ${known?.position ?? ""}`;
    if (key === this.readFor || !this.incidentId) return;
    this.readFor = key;
    void this.read();
  }

  private async read(): Promise<void> {
    const id = this.incidentId;
    const question = ++this.asked;
    try {
      const told = await procedures.of(id);
      if (question !== this.asked || id !== this.incidentId) return;
      this.told = told;
      this.problem = "";
    } catch (cause) {
      if (question !== this.asked) return;
      this.problem = this.saidOf(cause);
    }
    this.answered = question;
  }

  protected override render() {
    const words = this.words.procedures;
    if (store.past) return nothing;
    const active = this.told?.runs.filter(isActive) ?? [];
    const over = this.told?.runs.filter((run) => !isActive(run)) ?? [];
    return html`
      <div class="section-head"><h2>${words.title}</h2></div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${active.map((run) => this.followed(run))} ${this.offers(active.length > 0)} ${over.map((run) => this.followed(run))}
    `;
  }

  private followed(run: ProcedureRun) {
    return html`<procedure-run
      .run=${run}
      .mayRun=${this.mayRun}
      @followed=${(event: CustomEvent<ProcedureRun>) => this.keep(event.detail)}
      @stale=${() => this.read()}
    ></procedure-run>`;
  }

  private offers(following: boolean) {
    const { told } = this;
    const words = this.words.procedures;
    if (!told) return nothing;
    if (!told.procedures.length) return html`<p class="empty">${words.none}</p>`;
    if (!this.mayRun) return nothing;
    const running = new Set(told.runs.filter(isActive).map(({ procedure }) => procedure));
    const proposed = told.procedures.filter(({ id }) => told.proposed.includes(id));
    const others = told.procedures.filter(({ id }) => !told.proposed.includes(id) && !running.has(id));
    return html`${proposed.map((each) => this.offer(each, !following))}
      ${others.length
        ? html`<details class="rest others">
            <summary>${words.others}</summary>
            ${others.map((each) => this.offer(each, false))}
          </details>`
        : nothing}`;
  }

  private offer(procedure: ProcedureTitle, proposed: boolean) {
    const words = this.words.procedures;
    const exercise = this.told?.exercise ?? false;
    return html`<div class="offer">
      <p>
        ${proposed ? html`<span class="small">${words.proposed}: </span>` : nothing}<strong>${this.text(procedure.title)}</strong>
        <span class="small">${words.steps(String(procedure.steps))}, ${words.version(String(procedure.version))}</span>
      </p>
      <p class="small">${this.text(procedure.purpose)}</p>
      <div class="buttons">
        ${exercise
          ? nothing
          : html`<button class="button ${proposed ? "primary start" : ""}" ?disabled=${this.busy} @click=${() => this.start(procedure, false)}>
              ${words.start}
            </button>`}
        <button class="button ${exercise && proposed ? "primary start" : ""}" ?disabled=${this.busy} @click=${() => this.start(procedure, true)}>
          ${words.startDrill}
        </button>
      </div>
    </div>`;
  }

  private get mayRun(): boolean {
    return store.session?.permissions.includes("procedures.run") ?? false;
  }

  private async start(procedure: ProcedureTitle, drill: boolean): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      this.keep(await procedures.start(this.incidentId, procedure.id, drill));
      this.begin = true;
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    this.busy = false;
  }

  /** What is on its way was asked before this run was as it is: it would take the run and the keyboard away. */
  private keep(run: ProcedureRun): void {
    if (this.asked !== this.answered) void this.read();
    if (!this.told) return;
    const others = this.told.runs.filter(({ id }) => id !== run.id);
    const proposed = isActive(run) ? this.told.proposed.filter((id) => id !== run.procedure) : this.told.proposed;
    this.told = { ...this.told, proposed, runs: [run, ...others] };
  }

  protected override updated(): void {
    if (!this.begin || !this.told) return;
    this.begin = false;
    if (!writing()) this.toWork();
  }

  /** `g` (go on): to the first open step, else to the procedure that is proposed; as soon as they are known. */
  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "g" || event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
    event.preventDefault();
    this.begin = true;
    this.requestUpdate();
  };

  private toWork(): void {
    const run = this.renderRoot.querySelector<ProcedureRunView>("procedure-run");
    if (run && isActive(run.run)) return run.focus();
    this.renderRoot.querySelector<HTMLElement>(".start")?.focus();
  }
}

function isActive(run: ProcedureRun): boolean {
  return run.state === "running" || run.state === "paused";
}
