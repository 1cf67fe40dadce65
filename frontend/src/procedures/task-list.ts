/** My tasks: open steps of all incidents, the most urgent first; Enter opens the incident. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type ProcedureTask, procedures } from "../api/procedures";
import { View } from "../frame/view";
import { moveFocus, typing } from "../lists/list-keys";
import { store } from "../live/store";
import { ticker } from "../live/ticker";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { clockWords, hasteOf } from "./clock-words";
import { ownerName } from "./owner-name";
import { procedureStyles } from "./procedure-styles";

@customElement("task-list")
export class TaskList extends View {
  @state() private tasks: readonly ProcedureTask[] = [];
  @state() private mine = true;
  @state() private problem = "";
  @state() private read = false;

  private readFor = -1;
  private readonly beat = () => this.requestUpdate();

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
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    ticker.join(this.beat);
  }

  override disconnectedCallback(): void {
    ticker.leave(this.beat);
    super.disconnectedCallback();
  }

  /** Read again when any incident has moved: a step that is done moves its own. */
  protected override willUpdate(): void {
    const newest = Math.max(0, ...[...store.incidents.values()].map(({ position }) => position));
    if (newest === this.readFor) return;
    this.readFor = newest;
    void this.ask();
  }

  private async ask(): Promise<void> {
    try {
      this.tasks = (await procedures.tasks(this.mine)).tasks;
      this.problem = "";
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    this.read = true;
  }

  protected override render() {
    const words = this.words.procedures;
    return html`
      <div class="section-head">
        <h2>${this.mine ? words.tasks : words.allTasks}</h2>
        <button class="button" aria-pressed=${!this.mine} @click=${this.turn}>${this.mine ? words.allTasks : words.tasks}</button>
      </div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.read && !this.tasks.length && !this.problem ? html`<p class="empty">${words.noTasks}</p>` : nothing}
      <div @keydown=${this.key}>${this.tasks.map((task) => this.task(task))}</div>
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

  private readonly turn = (): void => {
    this.mine = !this.mine;
    void this.ask();
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (typing(event)) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>(".task")];
    moveFocus(event, rows, (event.target as HTMLElement).closest(".task"));
  };
}
