/** Hand-over: who leaves writes a note over the open state, another person signs it; the earlier ones as paper. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type ShiftBook, type ShiftNote, shifts } from "../api/shift";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import "./open-state";

const READ_AGAIN_MS = 20_000;

@customElement("shift-note")
export class ShiftNotePanel extends View {
  @state() private book: ShiftBook | null = null;
  @state() private open = false;
  @state() private busy = false;
  @state() private refusal = "";

  private timer: ReturnType<typeof setInterval> | undefined;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      summary {
        padding: 0.5rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
        font-weight: 600;
        cursor: pointer;
      }

      summary .waits {
        color: var(--accent);
        font-weight: 400;
      }

      .inside {
        max-height: 60vh;
        overflow-y: auto;
        border-bottom: 1px solid var(--line);
      }

      h3 {
        padding: 0.625rem 1.125rem 0;
        font: 600 0.8125rem/1.25rem var(--text);
      }

      form {
        display: grid;
        gap: 0.5rem;
        padding: 0.625rem 1.125rem 0.875rem;
      }

      .said {
        padding: 0.375rem 1.125rem;
        white-space: pre-wrap;
      }

      .small {
        color: var(--ink2);
        font-size: var(--t12);
      }

      .row {
        font-size: 0.8125rem;
      }

      a {
        color: var(--accent);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
    this.timer = setInterval(() => void this.read(), READ_AGAIN_MS);
  }

  override disconnectedCallback(): void {
    clearInterval(this.timer);
    super.disconnectedCallback();
  }

  protected override render() {
    if (store.past || !this.book) return nothing;
    const words = this.words.shift;
    const [newest] = this.book.notes;
    const waits = newest?.state === "waiting" ? newest : null;
    return html`<details ?open=${this.open} @toggle=${(event: Event) => (this.open = (event.target as HTMLDetailsElement).open)}>
      <summary>${words.title}${waits ? html` · <span class="waits">${words.waits(waits.leaves.name)}</span>` : nothing}</summary>
      ${this.open ? this.inside(this.book, waits) : nothing}
    </details>`;
  }

  private inside(book: ShiftBook, waits: ShiftNote | null) {
    const words = this.words.shift;
    return html`<div class="inside">
      ${this.refusal ? html`<p class="notice" role="alert">${this.refusal}</p>` : nothing} ${waits ? this.waiting(waits) : nothing}
      ${waits && !waits.mine ? nothing : this.writing(book)}
      ${book.notes.length > (waits ? 1 : 0) ? html`<h3>${words.earlier}</h3>` : nothing}
      ${book.notes.filter((note) => note !== waits).map((note) => this.earlier(note))}
    </div>`;
  }

  /** A note that waits: all that is in it, and the second signature. */
  private waiting(note: ShiftNote) {
    const words = this.words.shift;
    const when = this.format.moment(note.leaves.at);
    return html`
      <h3>${words.from(note.leaves.name, when)}</h3>
      <p class="said">${note.leaves.words || words.noWords}</p>
      <open-state .handover=${note.handover}></open-state>
      ${note.hidden
        ? html`<p class="notice">${words.hidden(this.format.exact(note.hidden))}</p>`
        : note.mine || !this.acts
          ? html`<p class="notice">${words.otherSigns} ${this.paper(note)}</p>`
          : html`<form @submit=${(event: SubmitEvent) => this.sign(event, note)}>
              <label class="field">${words.remark}<input name="words" maxlength="4000" autocomplete="off" /></label>
              <span><button class="button primary" ?disabled=${this.busy}>${words.sign}</button> ${this.paper(note)}</span>
            </form>`}
    `;
  }

  private writing(book: ShiftBook) {
    const words = this.words.shift;
    return html`
      <h3>${words.now}</h3>
      <open-state .handover=${book.now}></open-state>
      ${this.acts
        ? html`<form @submit=${this.handOver}>
            <label class="field">${words.words}<textarea name="words" rows="3" maxlength="4000"></textarea></label>
            <p class="small">${words.handOverExplained}</p>
            <span><button class="button primary" ?disabled=${this.busy}>${words.handOver}</button></span>
          </form>`
        : nothing}
    `;
  }

  private earlier(note: ShiftNote) {
    const words = this.words.shift;
    const from = words.from(note.leaves.name, this.format.moment(note.leaves.at));
    const to = note.comes ? words.to(note.comes.name, this.format.moment(note.comes.at)) : words.states[note.state];
    return html`<div class="row">
      <span class="main">${from} · ${to}</span>
      <span class="end">${note.hidden ? nothing : this.paper(note)}</span>
    </div>`;
  }

  private paper(note: ShiftNote) {
    const words = this.words.shift;
    const label = words.paperOf(this.format.moment(note.leaves.at));
    return html`<a href=${shifts.paper(note.id, this.format.language)} target="_blank" rel="noopener" aria-label=${label}>${words.paper}</a>`;
  }

  private get acts(): boolean {
    return store.session?.permissions.includes("incidents.act") ?? false;
  }

  private readonly handOver = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    void this.send(event, (words) => shifts.handOver(words)).then((done) => done && form.reset());
  };

  private sign(event: SubmitEvent, note: ShiftNote): void {
    void this.send(event, (words) => shifts.sign(note.id, words));
  }

  private async send(event: SubmitEvent, act: (words: string) => Promise<ShiftNote>): Promise<boolean> {
    event.preventDefault();
    const words = String(new FormData(event.target as HTMLFormElement).get("words") ?? "");
    this.busy = true;
    this.refusal = "";
    const done = await act(words).then(
      () => true,
      (cause: unknown) => {
        this.refusal = this.saidOf(cause);
        return false;
      },
    );
    await this.read();
    this.busy = false;
    return done;
  }

  private async read(): Promise<void> {
    this.book = await shifts.book().catch((cause: unknown) => {
      this.refusal = this.saidOf(cause);
      return this.book;
    });
  }
}
