/** One step of a procedure that is followed: what to do, whose it is, its clock, and one key to be done with it. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { FollowedStep, ProcedureAct } from "../api/procedures";
import { RunningView } from "../frame/running-view";
import { ticker } from "../live/ticker";
import { typing } from "../lists/list-keys";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { clockWords, hasteOf, spanWords } from "./clock-words";
import { ownerName } from "./owner-name";
import { procedureStyles } from "./procedure-styles";

const MARKS = { waiting: "·", open: "○", done: "✓", skipped: "–", passed: "" };

@customElement("procedure-step")
export class ProcedureStepView extends RunningView {
  @property({ attribute: false }) step!: FollowedStep;
  @property({ type: Number }) number = 0;
  /** Whether something may be done with it: the run goes on, and it is not the past. */
  @property({ type: Boolean }) live = false;
  /** Whether it was the last to be ended, and can be taken back. */
  @property({ type: Boolean }) last = false;
  @state() private asked: "skip" | "done" | null = null;
  @state() private copied = false;

  protected override readonly beats = ticker;

  static override readonly styles = [
    controls,
    procedureStyles,
    css`
      :host {
        display: block;
      }

      article {
        display: grid;
        grid-template-columns: 1.5rem 1fr;
        gap: 0.125rem 0.5rem;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
        outline-offset: -2px;
      }

      .mark {
        color: var(--ink2);
        font-weight: 600;
      }

      article > div {
        display: grid;
        gap: 0.375rem;
        min-width: 0;
      }

      .done .text,
      .skipped .text,
      .waiting .text {
        color: var(--ink2);
      }

      .meta {
        display: flex;
        flex-wrap: wrap;
        gap: 0.125rem 0.75rem;
        font-size: var(--t12);
        line-height: 1rem;
        color: var(--ink2);
      }

      .soon {
        color: var(--ink);
        font-weight: 600;
      }

      .over {
        color: var(--ink);
        font-weight: 600;
      }

      .over::before {
        content: "";
        display: inline-block;
        width: 0.5rem;
        height: 0.5rem;
        margin-right: 0.25rem;
        background: var(--caution);
        clip-path: polygon(50% 0, 100% 100%, 0 100%);
      }

      .warns {
        padding-left: 0.5rem;
        border-left: 3px solid var(--caution);
      }

      .message {
        padding: 0.5rem 0.625rem;
        border: 1px solid var(--line);
        border-radius: 0.375rem;
        background: var(--raised);
        font-size: 0.8125rem;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        user-select: all;
      }

      .link {
        color: var(--accent);
      }

      kbd {
        padding: 0 0.25rem;
        border: 1px solid var(--line);
        border-radius: 0.1875rem;
        font: 500 0.6875rem/1rem var(--text);
        color: var(--ink2);
      }

      .primary kbd {
        color: inherit;
        border-color: currentColor;
      }
    `,
  ];

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("article")?.focus();
  }

  protected override render() {
    const { step } = this;
    const words = this.words.procedures;
    return html`<article
      class=${step.state}
      tabindex=${step.state === "open" && this.live ? 0 : -1}
      aria-label="${this.number}. ${this.text(step.text)} (${words.stepStates[step.state]})"
      @keydown=${this.key}
    >
      <span class="mark" aria-hidden="true">${MARKS[step.state]}</span>
      <div>
        <p class="text ${step.endedAt ? "cut-off" : ""}" title=${step.endedAt ? this.text(step.text) : ""}>${this.text(step.text)}</p>
        ${step.endedAt ? nothing : html`<p class="meta">${this.meta()}</p>`}
        ${this.checked()} ${step.state === "open" ? this.open() : this.over()}
      </div>
    </article>`;
  }

  private owner(code: FollowedStep["owner"]): string {
    return ownerName(code, this.words.procedures, this.format.language);
  }

  private meta() {
    const { step } = this;
    const words = this.words.procedures;
    const now = store.clock();
    const clock = step.dueAt ? html`<span class=${hasteOf(step.dueAt, now)}>${clockWords(step.dueAt, now, words)}</span>` : nothing;
    return html`<span>${this.owner(step.owner)}</span>${clock}${this.escalation(now)}`;
  }

  private escalation(now: Date) {
    const { step } = this;
    const words = this.words.procedures;
    if (!step.escalation) return nothing;
    const to = this.owner(step.escalation.to);
    if (step.escalatedAt) return html`<span class="over">${words.escalated(to, this.format.hour(step.escalatedAt))}</span>`;
    if (!step.escalatesAt) return nothing;
    const left = new Date(step.escalatesAt).getTime() - now.getTime();
    return left > 0 ? html`<span>${words.escalatesIn(spanWords(left, words), to)}</span>` : nothing;
  }

  private checked() {
    const { check, state: now } = this.step;
    if (!check || now === "waiting" || now === "passed") return nothing;
    const words = this.words.procedures;
    if (check.holds) return html`<p class="small warns">${words.checkHolds} ${this.text(check.text)}</p>`;
    if (now !== "open") return nothing;
    return html`<p class="small">${check.holds === null ? words.checkUnknown : words.checkNot}</p>`;
  }

  /** Of a step that is over: by whom, when, with which words. */
  private over() {
    const { step } = this;
    const words = this.words.procedures;
    if (!step.endedAt) return nothing;
    const answer = step.decision?.answers.find(({ id }) => id === step.answer);
    const skipped = step.state === "skipped" && words.stepStates.skipped;
    const sent = step.message?.sentAt && words.sentBy(step.message.sentBy ?? "", this.format.hour(step.message.sentAt));
    const told = [answer && this.text(answer.text), skipped, words.by(step.by ?? "", this.format.hour(step.endedAt)), step.words, sent];
    return html`<p class="small">
      ${told.filter(Boolean).join(" · ")}
      ${this.live && this.last
        ? html`<button class="link" tabindex="-1" @click=${() => this.act({ act: "reopen" })}>${words.undo} <kbd>u</kbd></button>`
        : nothing}
    </p>`;
  }

  private open() {
    if (!this.live) return nothing;
    const { step } = this;
    const words = this.words.procedures;
    return html`${this.message()}
      ${step.decision ? html`<p>${this.text(step.decision.question)}</p>` : nothing}
      <div class="buttons">
        ${step.decision
          ? step.decision.answers.map(
              (answer, index) =>
                html`<button class="button" tabindex="-1" @click=${() => this.act({ act: "answer", answer: answer.id })}>
                  <kbd>${index + 1}</kbd> ${this.text(answer.text)}
                </button>`,
            )
          : html`<button class="button primary" tabindex="-1" @click=${() => this.act({ act: "done" })}>${words.done} <kbd>⏎</kbd></button>
              <button class="button" tabindex="-1" aria-expanded=${this.asked === "done"} @click=${() => this.ask("done")}>
                ${words.note} <kbd>n</kbd>
              </button>`}
        ${step.action && !step.command
          ? html`<button class="button" tabindex="-1" @click=${() => this.act({ act: "command" })}>${words.command}: ${step.action}</button>`
          : nothing}
        ${step.command ? html`<span class="small">${words.commandGiven}</span>` : nothing}
        ${step.skippable
          ? html`<button class="button" tabindex="-1" aria-expanded=${this.asked === "skip"} @click=${() => this.ask("skip")}>${words.skip} <kbd>x</kbd></button>`
          : nothing}
      </div>
      ${this.asked ? this.form(this.asked) : nothing}`;
  }

  private message() {
    const { message } = this.step;
    if (!message) return nothing;
    const words = this.words.procedures;
    return html`<p class="small">${words.messageTo(words.channels[message.channel], this.owner(message.to))}</p>
      <p class="message">${this.text(message.text)}</p>
      <div class="buttons">
        <button class="button" tabindex="-1" @click=${this.copy}>${this.copied ? words.copied : words.copy} <kbd>y</kbd></button>
        ${message.sentAt
          ? html`<span class="small">${words.sentBy(message.sentBy ?? "", this.format.hour(message.sentAt))}</span>`
          : html`<button class="button" tabindex="-1" @click=${() => this.act({ act: "sent" })}>${words.sent} <kbd>o</kbd></button>`}
      </div>`;
  }

  private form(asked: "skip" | "done") {
    const words = this.words.procedures;
    return html`<form class="ask" @submit=${this.submit} @keydown=${this.leaveForm}>
      <label class="field">${asked === "skip" ? words.skipReason : words.note}<input name="words" required autocomplete="off" /></label>
      <div class="buttons">
        <button class="button primary">${asked === "skip" ? words.skip : words.done}</button>
        <button class="button" type="button" @click=${() => (this.asked = null)}>${this.words.cancel}</button>
      </div>
    </form>`;
  }

  private async ask(asked: "skip" | "done"): Promise<void> {
    this.asked = this.asked === asked ? null : asked;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("input")?.focus();
  }

  private readonly submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const words = String(new FormData(event.target as HTMLFormElement).get("words") ?? "");
    if (this.asked) this.act({ act: this.asked, words });
    this.asked = null;
  };

  private readonly leaveForm = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.asked = null;
    this.focus();
  };

  private readonly copy = async (): Promise<void> => {
    const { message } = this.step;
    if (!message) return;
    await navigator.clipboard.writeText(this.text(message.text)).catch(() => this.mark());
    this.copied = true;
  };

  /** Without a clipboard (a page that is not secure) the text is marked, to be copied by hand. */
  private mark(): void {
    const text = this.renderRoot.querySelector(".message");
    if (text) getSelection()?.selectAllChildren(text);
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || this.step.state !== "open" || !this.live) return;
    const done = this.commandOf(event.key);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
    done();
  };

  /** What a key does here. */
  private commandOf(key: string): (() => void) | null {
    const { step } = this;
    const answer = step.decision?.answers[Number(key) - 1];
    if (answer) return () => this.act({ act: "answer", answer: answer.id });
    if (/^[1-9]$/.test(key)) return () => undefined;
    if ((key === "Enter" || key === " ") && !step.decision) return () => this.act({ act: "done" });
    if (key === "x" && step.skippable) return () => void this.ask("skip");
    if (key === "n" && !step.decision) return () => void this.ask("done");
    if (key === "y" && step.message) return () => void this.copy();
    if (key === "o" && step.message && !step.message.sentAt) return () => this.act({ act: "sent" });
    return null;
  }

  private act(act: ProcedureAct): void {
    this.dispatchEvent(new CustomEvent<ProcedureAct>("step-act", { detail: { ...act, step: this.step.id } }));
  }
}
