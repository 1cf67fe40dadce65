/** A procedure that is followed: progress, the steps that are open first, what was done, and pause, stop, print. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { type FollowedStep, type ProcedureAct, type ProcedureRun, procedures } from "../api/procedures";
import { keyboardFree } from "../frame/deep-focus";
import { View } from "../frame/view";
import { moved, typing } from "../lists/list-keys";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { procedureStyles } from "./procedure-styles";
import "./procedure-step";
import type { ProcedureStepView } from "./procedure-step";

type Asked = "pause" | "cancel";

@customElement("procedure-run")
export class ProcedureRunView extends View {
  @property({ attribute: false }) run!: ProcedureRun;
  @property({ type: Boolean }) mayRun = false;
  @state() private asked: Asked | null = null;
  @state() private refusal = "";
  @state() private busy = false;

  private goOn = false;

  static override readonly styles = [
    controls,
    panelParts,
    procedureStyles,
    css`
      :host {
        display: block;
      }

      .about strong {
        color: var(--ink);
        font-size: 0.875rem;
        font-weight: 500;
      }
    `,
  ];

  /** The keyboard goes to the first thing that has to be done. */
  override focus(): void {
    void this.toNext();
  }

  private async toNext(): Promise<void> {
    await this.updateComplete;
    const next = this.openSteps()[0];
    await next?.updateComplete;
    next?.focus();
  }

  protected override render() {
    const { run } = this;
    const words = this.words.procedures;
    const passed = run.steps.filter(({ state: now }) => now === "passed").length;
    const waiting = run.steps.filter(({ state: now }) => now === "waiting");
    return html`
      ${run.drill ? html`<p class="exercise">${words.drillExplained}</p>` : nothing}
      <progress max=${run.of} value=${run.done} aria-label=${words.progress(String(run.done), String(run.of))}></progress>
      <div class="about">
        <strong>${this.text(run.title)} · ${words.progress(String(run.done), String(run.of))}</strong>
        <span>${this.history()}</span>
        ${run.newer ? html`<span>${words.newer(String(run.newer))}</span>` : nothing}
        ${this.refusal ? html`<span role="alert">${this.refusal}</span>` : nothing} ${this.buttons()} ${this.asked ? this.reason(this.asked) : nothing}
      </div>
      <div @keydown=${this.key}>
        ${repeat(
          run.steps.filter(({ state: now }) => now !== "passed" && now !== "waiting"),
          ({ id }) => id,
          (step) => this.step(step),
        )}
      </div>
      ${waiting.length && run.state !== "cancelled"
        ? html`<details class="rest">
            <summary>${words.waits(String(waiting.length))}</summary>
            ${waiting.map((step) => this.step(step))}
          </details>`
        : nothing}
      ${passed ? html`<p class="rest">${words.passedOver(String(passed))}</p>` : nothing}
      ${this.live ? html`<p class="rest">${words.keys}</p>` : nothing}
    `;
  }

  private get live(): boolean {
    return this.run.state === "running" && this.mayRun && !store.past;
  }

  private history(): string {
    const { run } = this;
    const words = this.words.procedures;
    const begun = words.startedBy(run.startedBy, this.format.recent(run.startedAt, store.clock()));
    const at = run.endedAt ? this.format.hour(run.endedAt) : "";
    const end =
      run.state === "finished"
        ? words.finished(run.endedBy ?? "", at)
        : run.state === "cancelled"
          ? words.cancelled(run.endedBy ?? "", at)
          : words.runStates[run.state];
    return [begun, words.version(String(run.version)), end, run.reason].filter(Boolean).join(" · ");
  }

  private step(step: FollowedStep) {
    return html`<procedure-step
      .step=${step}
      .number=${this.run.steps.indexOf(step) + 1}
      .live=${this.live}
      .last=${step === this.lastEnded}
      @step-act=${(event: CustomEvent<ProcedureAct>) => this.act(event.detail)}
    ></procedure-step>`;
  }

  private buttons() {
    const { run } = this;
    const words = this.words.procedures;
    const active = run.state === "running" || run.state === "paused";
    const ask = (asked: Asked, word: string) =>
      html`<button class="button" aria-expanded=${this.asked === asked} @click=${() => this.ask(asked)}>${word}</button>`;
    return html`<div class="buttons">
      ${active && this.mayRun && !store.past
        ? html`${run.state === "paused"
              ? html`<button class="button primary" @click=${() => this.act({ act: "resume" })}>${words.resume}</button>`
              : ask("pause", words.pause)}
            ${ask("cancel", words.cancelRun)}`
        : nothing}
      <a href=${procedures.printed(run.incident, run.id, this.format.language)} target="_blank" rel="noopener">${words.print}</a>
    </div>`;
  }

  private reason(asked: Asked) {
    const words = this.words.procedures;
    return html`<form class="ask" @submit=${this.submit}>
      ${asked === "cancel" ? html`<p class="small">${words.cancelExplained}</p>` : nothing}
      <label class="field">
        ${asked === "pause" ? words.pauseReason : words.cancelReason}<input name="words" required autocomplete="off" />
      </label>
      <div class="buttons">
        <button class="button primary">${asked === "pause" ? words.pause : words.cancelRun}</button>
        <button class="button" type="button" @click=${() => (this.asked = null)}>${this.words.cancel}</button>
      </div>
    </form>`;
  }

  private async ask(asked: Asked): Promise<void> {
    this.asked = this.asked === asked ? null : asked;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("input")?.focus();
  }

  private readonly submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const words = String(new FormData(event.target as HTMLFormElement).get("words") ?? "");
    if (this.asked) void this.act({ act: this.asked, words });
    this.asked = null;
  };

  private async act(act: ProcedureAct): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.refusal = "";
    try {
      this.run = await procedures.act(this.run.incident, this.run.id, act);
      this.goOn = act.act !== "sent" && act.act !== "pause";
      this.dispatchEvent(new CustomEvent<ProcedureRun>("followed", { detail: this.run }));
    } catch (cause) {
      this.refusal = this.saidOf(cause);
      this.dispatchEvent(new CustomEvent("stale"));
    }
    this.busy = false;
  }

  /** After a step the next open one has the keyboard. */
  protected override updated(): void {
    if (!this.goOn) return;
    this.goOn = false;
    if (keyboardFree(this)) this.focus();
  }

  private openSteps(): ProcedureStepView[] {
    return [...this.renderRoot.querySelectorAll<ProcedureStepView>("procedure-step")].filter(({ step }) => step.state === "open");
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (typing(event) || event.ctrlKey || event.metaKey) return;
    if (event.key === "u") return this.undo(event);
    const steps = this.openSteps();
    const at = steps.findIndex((step) => step === (event.target as HTMLElement).closest("procedure-step"));
    const key = event.key === "j" ? "ArrowDown" : event.key === "k" ? "ArrowUp" : event.key;
    const next = moved(key, at, steps.length);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    steps[next]?.focus();
    steps[next]?.scrollIntoView({ block: "nearest" });
  };

  private get lastEnded(): FollowedStep | undefined {
    const over = this.run.steps.filter((step) => step.endedAt && (step.state === "done" || step.state === "skipped"));
    return over.sort((one, other) => (one.endedAt ?? "").localeCompare(other.endedAt ?? "")).at(-1);
  }

  /** Takes back what was done last. */
  private undo(event: KeyboardEvent): void {
    const last = this.lastEnded;
    if (!last || !this.live) return;
    event.preventDefault();
    event.stopPropagation();
    void this.act({ act: "reopen", step: last.id });
  }
}
