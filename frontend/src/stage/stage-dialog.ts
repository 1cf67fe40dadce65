/** The stage of the city: what holds, what the rules propose, what each stage means, and who changed it when. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { cityStage, type StageBook, type StageLine } from "../api/stage";
import { deepFocus } from "../frame/deep-focus";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { stageColours } from "./stage-colours";

@customElement("stage-dialog")
export class StageDialog extends View {
  @state() private book: StageBook | null = null;
  @state() private wished: number | null = null;
  @state() private refusal: string | null = null;
  @state() private busy = false;

  private opener: HTMLElement | null = null;

  static override readonly styles = [
    controls,
    panelParts,
    stageColours,
    css`
      dialog {
        width: min(40rem, calc(100vw - 2rem));
        max-height: min(48rem, calc(100dvh - 3rem));
        padding: 0;
        border: 1px solid var(--line);
        border-radius: 0.625rem;
        background: var(--surface);
        color: var(--ink);
        overflow: auto;
      }

      dialog::backdrop {
        background: var(--shade);
      }

      .head {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .head h2 {
        flex: 1;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .stage {
        display: grid;
        grid-template-columns: 1.75rem 1fr auto;
        gap: 0.25rem 0.75rem;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .stage ul {
        grid-column: 2 / -1;
        font-size: 0.8125rem;
        color: var(--ink2);
      }

      form {
        grid-column: 2 / -1;
        display: grid;
        gap: 0.5rem;
      }

      .row.log {
        align-items: baseline;
        font-size: 0.8125rem;
      }

      .small {
        padding: 0.625rem 1.125rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.opener = deepFocus();
    void this.read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.opener?.focus();
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render() {
    const words = this.words.cityStage;
    return html`<dialog aria-label=${words.title} @close=${() => this.dispatchEvent(new CustomEvent("done"))}>
      <div class="head">
        <h2>${words.title}</h2>
        <button class="button" @click=${this.close} aria-label=${words.close}>${icon("close", 16)}</button>
      </div>
      ${this.book ? this.told(this.book) : html`<p class="small" aria-busy="true">${this.words.loading}</p>`}
    </dialog>`;
  }

  private told(book: StageBook) {
    const words = this.words.cityStage;
    if (book.stages.length === 0) return html`<p class="small">${words.noStages}</p>`;
    return html`
      ${book.stage ? nothing : html`<p class="small">${words.none}</p>`} ${this.proposal(book)}
      ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing}
      <div role="list" aria-label=${words.criteria}>${book.stages.map((stage) => this.stage(book, stage))}</div>
      ${book.stage && this.maySet ? this.taking() : nothing}
      <div class="section-head"><h2>${words.log}</h2></div>
      ${book.log.map((line) => this.line(line))}
      ${book.note ? html`<p class="small">${this.text(book.note)}</p>` : nothing}
    `;
  }

  private proposal({ proposal, stage }: StageBook) {
    if (!proposal || proposal.level === stage?.level) return nothing;
    const words = this.words.cityStage;
    const reasons = proposal.reasons.map((reason) => this.text(reason)).join("; ");
    return html`<p class="notice" role="note">${words.proposed(String(proposal.level))} ${words.because(reasons)}.</p>`;
  }

  private stage(book: StageBook, { level, word, criteria }: StageBook["stages"][number]) {
    const words = this.words.cityStage;
    const holds = book.stage?.level === level;
    return html`<div class="stage" role="listitem" aria-current=${holds}>
      <span class="number level-${level}">${level}</span>
      <strong>${this.text(word)}${holds ? html` · ${words.current}` : nothing}</strong>
      ${this.maySet && !holds
        ? html`<button class="button" aria-expanded=${this.wished === level} @click=${() => this.wish(level)}>${words.choose}</button>`
        : html`<span></span>`}
      <ul>
        ${criteria.map((criterion) => html`<li>${this.text(criterion)}</li>`)}
      </ul>
      ${this.wished === level ? this.form(words.confirm(String(level), this.text(word))) : nothing}
    </div>`;
  }

  private taking() {
    const words = this.words.cityStage;
    return html`<div class="stage">
      <span></span><span></span>
      <button class="button" aria-expanded=${this.wished === 0} @click=${() => this.wish(0)}>${words.take}</button>
      ${this.wished === 0 ? this.form(words.confirmNone) : nothing}
    </div>`;
  }

  private form(confirm: string) {
    return html`<form @submit=${this.set}>
      <label class="field">${this.words.cityStage.reason}<input name="reason" required maxlength="500" autocomplete="off" /></label>
      <button class="button primary" ?disabled=${this.busy}>${confirm}</button>
    </form>`;
  }

  private line({ level, word, since, setBy, reason, proposed }: StageLine) {
    const words = this.words.cityStage;
    const what = level === 0 ? words.unset : `${level} ${this.text(word)}`;
    const differs = proposed && proposed !== level ? words.wasProposed(String(proposed)) : "";
    return html`<div class="row log">
      <time datetime=${since}>${this.format.moment(since)}</time>
      <span class="main">${[what, setBy, reason, differs].filter(Boolean).join(" · ")}</span>
    </div>`;
  }

  private get maySet(): boolean {
    return store.past === null && (store.session?.permissions.includes("stage.set") ?? false);
  }

  private async wish(level: number): Promise<void> {
    this.wished = this.wished === level ? null : level;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>("form input")?.focus();
  }

  private async set(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.wished === null) return;
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason"));
    this.busy = true;
    this.refusal = null;
    try {
      this.book = await cityStage.set(this.wished, reason);
      this.wished = null;
      store.readNowSoon();
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
    this.busy = false;
  }

  private async read(): Promise<void> {
    this.book = await cityStage.book().catch((cause: unknown) => {
      this.refusal = this.saidOf(cause);
      return null;
    });
  }

  private close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }
}
