/** My tasks: open steps of all incidents, the most urgent first; Enter opens the incident. Without any it is not there. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type ProcedureTask, procedures } from "../api/procedures";
import { RunningView } from "../frame/running-view";
import { moveFocus, typing } from "../lists/list-keys";
import { store } from "../live/store";
import { ticker } from "../live/ticker";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { clockWords, hasteOf } from "./clock-words";
import { ownerName } from "./owner-name";
import { procedureStyles } from "./procedure-styles";

@customElement("task-list")
export class TaskList extends RunningView {
  @state() private tasks: readonly ProcedureTask[] = [];
  @state() private all = false;
  @state() private problem = "";

  private readFor = -1;
  protected override readonly beats = ticker;

  static override readonly styles = [
    controls,
    panelParts,
    procedureStyles,
    css`
      .task {
        display: grid;
        width: 100%;
        gap: 0.125rem;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .task:focus-visible {
        outline-offset: -2px;
      }

      .over {
        color: var(--ink);
        font-weight: 600;
      }

      summary {
        padding: 0.5rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
        font-weight: 600;
        cursor: pointer;
      }

      .choice {
        display: flex;
        gap: 1.25rem;
        padding: 0.375rem 1.125rem;
        font-size: var(--t12);
        color: var(--ink2);
      }

      .choice [aria-pressed="true"] {
        color: var(--ink);
        font-weight: 600;
      }

      .none {
        padding: 0.25rem 1.125rem 0.625rem;
      }

      .tasks {
        max-height: 40vh;
        overflow-y: auto;
      }
    `,
  ];

  /** Read again when any incident has moved: a step that is done moves its own. */
  protected override willUpdate(): void {
    const newest = Math.max(0, ...[...store.incidents.values()].map(({ position }) => position));
    if (newest === this.readFor) return;
    this.readFor = newest;
    void this.ask();
  }

  private async ask(): Promise<void> {
    try {
      this.tasks = (await procedures.tasks()).tasks;
      this.problem = "";
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }

  protected override render() {
    if (store.past || (!this.tasks.length && !this.problem)) return nothing;
    const words = this.words.procedures;
    const mine = this.tasks.filter((task) => task.mine);
    const shown = this.all ? this.tasks : mine;
    const count = (title: string, tasks: readonly ProcedureTask[]) => `${title} · ${this.format.exact(tasks.length)}`;
    const choice = (all: boolean, title: string, tasks: readonly ProcedureTask[]) =>
      html`<button aria-pressed=${this.all === all} @click=${() => (this.all = all)}>${count(title, tasks)}</button>`;
    return html`
      <details ?open=${mine.length > 0}>
        <summary>${count(words.tasks, mine)}</summary>
        ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
        <div class="choice">${choice(false, words.tasks, mine)} ${choice(true, words.allTasks, this.tasks)}</div>
        ${shown.length ? nothing : html`<p class="small none">${words.noTasks}</p>`}
        <div class="tasks" @keydown=${this.key}>${shown.map((task) => this.task(task))}</div>
      </details>
    `;
  }

  private task(task: ProcedureTask) {
    const words = this.words.procedures;
    const now = store.clock();
    const owners = task.owners.map((owner) => ownerName(owner, words, this.format.language)).join(" + ");
    const incident = [this.text(task.incident.title), task.incident.area, this.text(task.procedure), task.drill && words.drill];
    return html`<button class="task" @click=${() => screenState.openIncident(task.incident.id)}>
      <span>${this.text(task.text)}</span>
      <span class="small">
        ${owners}${task.dueAt
          ? html` · <span class=${hasteOf(task.dueAt, now)}>${clockWords(task.dueAt, now, words)}</span>`
          : nothing}
      </span>
      <span class="small">${incident.filter(Boolean).join(" · ")}</span>
    </button>`;
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (typing(event)) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>(".task")];
    moveFocus(event, rows, (event.target as HTMLElement).closest(".task"));
  };
}
