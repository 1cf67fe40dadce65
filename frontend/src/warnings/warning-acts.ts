/** What can be done about a warning: released by another, withdrawn, updated, cancelled, reviewed. Public acts ask once more. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Proof, Warning } from "../api/warning-types";
import { warnings } from "../api/warnings";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { holds } from "./groups";
import { book } from "./warning-book";
import { warningStyles } from "./warning-styles";
import { WarningView } from "./warning-view";

type Asked = "release" | "alone" | "withdraw" | "cancel" | null;
const SHORTEST_REASON = 10;

@customElement("warning-acts")
export class WarningActs extends WarningView {
  @property({ attribute: false }) warning!: Warning;
  @property({ attribute: false }) proof: Proof | null = null;
  @state() private asked: Asked = null;
  @state() private busy = false;
  @state() private refusal = "";

  static override readonly styles = [
    controls,
    warningStyles,
    css`
      :host {
        display: grid;
        gap: 0.625rem;
      }

      .owed {
        padding-left: 0.625rem;
        border-left: 3px solid var(--caution);
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get("warning") as Warning | undefined;
    if (before && (before.id !== this.warning.id || before.state !== this.warning.state)) Object.assign(this, { asked: null, refusal: "" });
  }

  /** Whether the key is one of this warning's acts, which it then begins. */
  byKey(key: string): boolean {
    const draft = this.warning.state === "draft";
    if (key === "e" && draft && this.may("warnings.draft") && this.warning.kind !== "Cancel") this.edit();
    else if (key === "t" && draft && this.may("warnings.release")) void this.ask(this.isMine ? "alone" : "release");
    else return false;
    return true;
  }

  protected override render() {
    return html`
      ${this.warning.reviewOwed ? this.reviewing() : nothing} ${this.warning.state === "draft" ? this.drafted() : this.released()}
      ${this.asked ? this.asking(this.asked) : nothing}
      ${this.refusal ? html`<p role="alert" class="fault">${this.refusal}</p>` : nothing}
    `;
  }

  private get isMine(): boolean {
    const me = store.session?.principal.id;
    return this.warning.steps.some(({ step, by }) => (step === "draft" || step === "change") && by === me);
  }

  private drafted() {
    const { say } = this;
    const release = this.may("warnings.release");
    const told = !release ? say.waitsFor : this.isMine ? say.ownWords : "";
    return html`
      ${told ? html`<p>${told}</p>` : nothing}
      <div class="acts">
        ${release && !this.isMine ? this.button("release", say.release, "primary") : nothing}
        ${this.may("warnings.draft") && this.warning.kind !== "Cancel" ? html`<button class="button" @click=${this.edit}>${say.edit}</button>` : nothing}
        ${this.may("warnings.draft") ? this.button("withdraw", say.withdraw) : nothing}
        ${release && this.isMine ? this.button("alone", say.aloneOpen) : nothing}
      </div>
    `;
  }

  private released() {
    const { say, warning } = this;
    const stands = holds(warning, store.clock()) && this.may("warnings.draft");
    const { identifier } = warning;
    return html`<div class="acts">
      ${stands ? html`<button class="button" @click=${() => screenState.openWarning(`update:${warning.id}`)}>${say.update}</button>` : nothing}
      ${stands ? this.button("cancel", say.cancel) : nothing}
      ${identifier && warning.kind !== "Cancel"
        ? html`<a class="button" href=${warnings.poster(identifier, this.format.language)} target="_blank" rel="noopener">${say.poster}</a>`
        : nothing}
      ${identifier ? html`<a class="button" href=${warnings.message(identifier)} target="_blank" rel="noopener">${say.message}</a>` : nothing}
    </div>`;
  }

  private button(asked: Asked, label: string, kind = "") {
    return html`<button class="button ${kind}" aria-expanded=${this.asked === asked} @click=${() => this.ask(this.asked === asked ? null : asked)}>${label}</button>`;
  }

  private asking(asked: NonNullable<Asked>) {
    switch (asked) {
      case "release":
        return this.confirming();
      case "alone":
        return this.form(asked, this.say.aloneReason, `${this.effect()} ${this.say.aloneNote}`, this.say.aloneRelease, SHORTEST_REASON);
      case "withdraw":
        return this.form(asked, this.say.withdrawReason, "", this.say.withdraw, 0);
      case "cancel":
        return this.form(asked, this.say.cancelReason, this.say.cancelNote, this.say.cancelDraft, 1);
    }
  }

  /** What will happen, to whom. */
  private effect(): string {
    const { say, warning } = this;
    if (warning.exercise) return say.releaseExerciseAsk;
    if (warning.kind === "Cancel") return say.releaseCancelAsk;
    return say.releaseAsk(this.proof?.places.join(", ") || say.whole, this.at(warning.expires));
  }

  private confirming() {
    return html`<div class="ask" role="group" aria-label=${this.say.release}>
      <p id="effect">${this.effect()}</p>
      <div class="acts">
        <button class="button primary yes" aria-describedby="effect" ?disabled=${this.busy} @click=${() => this.carry(() => warnings.release(this.warning.id, ""))}>
          ${this.say.releaseYes}
        </button>
        <button class="button" @click=${() => this.ask(null)}>${this.say.releaseNo}</button>
      </div>
    </div>`;
  }

  private form(asked: "alone" | "withdraw" | "cancel", label: string, note: string, yes: string, least: number) {
    return html`<form class="ask" @submit=${(event: SubmitEvent) => this.submit(event, asked)}>
      <label class="field">${label}<input name="reason" ?required=${least > 0} minlength=${least || nothing} maxlength="500" autocomplete="off" /></label>
      ${note ? html`<p class="small">${note}</p>` : nothing}
      <div class="acts"><button class="button primary" ?disabled=${this.busy}>${yes}</button></div>
    </form>`;
  }

  private reviewing() {
    const { say, warning } = this;
    const released = warning.steps.find(({ step }) => step === "release");
    const told = html`<p class="owed">${say.aloneBy(released?.name ?? "", warning.alone ?? "")}</p>`;
    if (!this.may("warnings.release") || released?.by === store.session?.principal.id) return html`${told}<p class="small">${say.reviewByOther}</p>`;
    return html`${told}
      <form class="ask" @submit=${this.reviewed}>
        <label class="field">${say.reviewRemark}<input name="remark" maxlength="1000" autocomplete="off" /></label>
        <div class="acts"><button class="button primary" ?disabled=${this.busy}>${say.review}</button></div>
      </form>`;
  }

  private readonly edit = (): void => screenState.openWarning(`edit:${this.warning.id}`);

  private readonly reviewed = (event: SubmitEvent): void => {
    event.preventDefault();
    const remark = read(event, "remark");
    void this.carry(() => warnings.review(this.warning.id, remark));
  };

  private async ask(asked: Asked): Promise<void> {
    Object.assign(this, { asked, refusal: "" });
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".ask:not(:has([name=remark])) input, .ask .yes")?.focus();
  }

  private submit(event: SubmitEvent, asked: "alone" | "withdraw" | "cancel"): void {
    event.preventDefault();
    const { id } = this.warning;
    const reason = read(event, "reason");
    void this.carry(() => (asked === "alone" ? warnings.release(id, reason) : warnings.act(id, asked, reason)));
  }

  /** The answer may be another warning: a cancel is a draft of its own. */
  private async carry(act: () => Promise<Warning>): Promise<void> {
    this.busy = true;
    this.refusal = "";
    try {
      const made = await act();
      this.asked = null;
      await book.acted();
      if (made.id === this.warning.id) this.dispatchEvent(new CustomEvent("acted"));
      else screenState.openWarning(made.id);
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
    this.busy = false;
  }
}

function read(event: SubmitEvent, name: string): string {
  return String(new FormData(event.target as HTMLFormElement).get(name) ?? "");
}
