/** The desk of the 112 call centre: who waits and how long, the call in hand, those who hung up before anybody came. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Problem } from "../api/client";
import { type CallInHand, type CallKind, type CallQueue, calls, type WaitingCall } from "../api/calls";
import { View } from "../frame/view";
import { typing } from "../lists/list-keys";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import "./call-form";
import "./paper-form";
import { secondsSince, waited } from "./waited";

const ASK_EVERY_MS = 2_000;

@customElement("call-desk")
export class CallDesk extends View {
  /** Beside an open incident: only the call in hand, and that one rings. */
  @property({ type: Boolean, reflect: true }) brief = false;
  @state() private queue: CallQueue | null = null;
  @state() private inHand: CallInHand | null = null;
  @state() private onPaper = false;
  @state() private told = "";
  @state() private refusal: string | null = null;

  private timer = 0;
  private readonly onKey = (event: KeyboardEvent) => this.shortcut(event);

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .rings {
        width: 100%;
        padding: 0.5rem 1.125rem;
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
      }

      .late {
        color: var(--danger);
        font-weight: 600;
      }

      .acts {
        display: flex;
        gap: 0.5rem;
      }

      .today {
        padding: 0.5rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      [role="status"],
      [role="alert"] {
        padding: 0.375rem 1.125rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", this.onKey);
    this.timer = window.setInterval(() => void this.read(), ASK_EVERY_MS);
    void this.read();
  }

  override disconnectedCallback(): void {
    window.removeEventListener("keydown", this.onKey);
    window.clearInterval(this.timer);
    super.disconnectedCallback();
  }

  protected override render() {
    const words = this.words.calls;
    if (!this.queue) return nothing;
    if (this.brief) return this.besideIncident(this.queue);
    return html`<section aria-label=${words.title}>
      <div class="section-head">
        <h2>${words.title}</h2>
        <span class="acts">
          <button class="button" aria-keyshortcuts="n" @click=${() => this.begin()}>${words.newCall} <kbd>n</kbd></button>
          <button class="button" aria-expanded=${this.onPaper} @click=${() => (this.onPaper = !this.onPaper)}>${words.paperCall}</button>
        </span>
      </div>
      ${this.onPaper ? html`<paper-form @begun=${this.taken} @done=${() => (this.onPaper = false)}></paper-form>` : nothing}
      ${this.inHand
        ? html`<call-form .call=${this.inHand} .categories=${this.queue.categories} @saved=${this.saved}></call-form>`
        : nothing}
      ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing}
      <p role="status" class="small" ?hidden=${!this.told}>${this.told}</p>
      ${this.queue.calls.map((call) => this.row(call))}
      <p class="small today">${this.queue.calls.length === 0 ? `${words.none} ` : ""}${this.counted(this.queue)}</p>
    </section>`;
  }

  private besideIncident(queue: CallQueue) {
    const ringing = this.ringing();
    const first = ringing[0];
    return html`${this.inHand
      ? html`<call-form .call=${this.inHand} .categories=${queue.categories} @saved=${this.saved}></call-form>`
      : first
        ? html`<button class="rings" @click=${() => this.begin()}>
            ${this.words.calls.rings(this.format.exact(ringing.length), waited(first.rangAt, store.clock()))} <kbd>n</kbd>
          </button>`
        : nothing}
    ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing}`;
  }

  private ringing(): WaitingCall[] {
    return (this.queue?.calls ?? []).filter(({ state }) => state === "ringing");
  }

  private counted({ counts }: CallQueue): string {
    const share = counts.answered ? `${this.format.glance(Math.round((100 * counts.inTime) / counts.answered))} %` : "–";
    const number = (value: number) => this.format.exact(value);
    return this.words.calls.today(number(counts.calls), number(counts.answered), number(counts.missed), share);
  }

  private row(call: WaitingCall) {
    const words = this.words.calls;
    const now = store.clock();
    const limit = this.queue?.answerWithinSeconds ?? 15;
    const late = call.state === "ringing" && secondsSince(call.rangAt, now) > limit;
    const since = call.state === "answered" && call.answeredAt ? call.answeredAt : call.rangAt;
    return html`<div class="row">
      <span class="main">
        <strong>${words.states[call.state]}</strong>
        <span class=${late ? "late" : ""}>${waited(since, now)}${late ? ` · ${words.late(this.format.exact(limit))}` : ""}</span>
        ${call.agent ? html`<span class="small">${words.heldBy(call.agent)}</span>` : nothing}
      </span>
      <span class="end acts">${this.acts(call)}</span>
    </div>`;
  }

  private acts(call: WaitingCall) {
    const words = this.words.calls;
    if (call.state === "ringing") {
      const next = !this.inHand && call === this.ringing()[0];
      return html`${this.button(words.pickUp, () => calls.pickUp(call.key))}${next ? html`<kbd>n</kbd>` : nothing}`;
    }
    if (call.state === "missed") return this.button(words.callBack, () => calls.callBack(call.key));
    if (!call.mine) return nothing;
    const takers = this.queue?.takers ?? [];
    return html`${call.key === this.inHand?.key ? nothing : this.button(words.resume, () => calls.one(call.key))}
    ${takers.length
      ? html`<select aria-label=${words.hand} @change=${(event: Event) => this.hand(call, (event.target as HTMLSelectElement).value)}>
          <option value="">${words.hand}</option>
          ${takers.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
        </select>`
      : nothing}`;
  }

  private button(label: string, act: () => Promise<CallInHand>) {
    return html`<button class="button" @click=${() => this.take(act)}>${label}</button>`;
  }

  private async take(act: () => Promise<CallInHand | null>): Promise<void> {
    this.refusal = null;
    this.told = "";
    try {
      this.inHand = await act();
      if (this.inHand) this.onPaper = false;
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
    await this.read();
  }

  /** The call that rings longest; a new one by hand where none rings. Who saw one ring that somebody else took meanwhile
   * wanted that one, and begins none by hand. */
  private begin(): Promise<void> {
    const rang = this.ringing().length > 0;
    return this.take(async () => {
      this.queue = await calls.queue();
      for (const { key } of this.ringing()) {
        const mine = await calls.pickUp(key).catch(elsewhere);
        if (mine) return mine;
      }
      if (!rang) return calls.begin({});
      this.told = this.words.calls.takenElsewhere;
      return null;
    });
  }

  private taken(event: CustomEvent<CallInHand>): void {
    void this.take(() => Promise.resolve(event.detail));
  }

  private async hand(call: WaitingCall, to: string): Promise<void> {
    if (!to) return;
    try {
      await calls.hand(call.key, to);
      if (this.inHand?.key === call.key) this.inHand = null;
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
    await this.read();
  }

  private saved(event: CustomEvent<{ kind: CallKind }>): void {
    this.inHand = null;
    this.told = this.words.calls.saved(this.words.calls.kinds[event.detail.kind]);
    void this.read();
  }

  private async read(): Promise<void> {
    if (document.visibilityState === "hidden") return;
    this.queue = await calls.queue().catch(() => this.queue);
  }

  private shortcut(event: KeyboardEvent): void {
    if (event.key !== "n" || typing(event) || event.ctrlKey || event.metaKey || event.altKey || this.inHand) return;
    event.preventDefault();
    void this.begin();
  }
}

/** Somebody else was faster: there is nothing to say, the next call may be ours. */
function elsewhere(cause: unknown): null {
  if (cause instanceof Problem && cause.status === 409) return null;
  throw cause;
}
