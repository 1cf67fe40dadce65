/** Base of the parts of this section: their words, what went wrong, looking again while it is open. */
import { html, nothing } from "lit";
import { state } from "lit/decorators.js";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { BROKER, type BrokerWords } from "../strings/broker";
import { Lookout } from "../work/lookout";
import { reasonInWords } from "./reason";

export abstract class BrokerView extends View {
  @state() protected problem = "";
  @state() protected busy = false;
  @state() protected told = "";
  protected readonly lookout = new Lookout(this, () => this.look());

  /** Reads what is shown; answers whether it may change soon. */
  protected abstract read(): Promise<boolean>;

  protected get said(): BrokerWords {
    return BROKER[screenState.language];
  }

  protected may(permission: string): boolean {
    return store.session?.permissions.includes(permission) ?? false;
  }

  protected reason(text: string): string {
    return reasonInWords(text, this.said);
  }

  /** A moment of these days by its hour, an older one by its day. */
  protected when(at: string | null): string {
    return at === null ? this.said.never : this.format.recent(at, store.clock());
  }

  /** When it was taken last, or that it never was. */
  protected taken(at: string | null): string {
    return at === null ? this.said.never : this.said.lastSuccess(this.when(at));
  }

  private async look(): Promise<boolean> {
    try {
      const soon = await this.read();
      this.problem = "";
      return soon;
    } catch (cause) {
      this.problem = this.saidOf(cause);
      return false;
    }
  }

  /** Does something that the server may refuse, says what came of it, and looks again. */
  protected async doing(act: () => Promise<string | void>): Promise<void> {
    const held = this.focused;
    Object.assign(this, { busy: true, told: "" });
    let refused = "";
    try {
      this.told = (await act()) ?? "";
    } catch (cause) {
      refused = this.saidOf(cause);
    }
    await this.lookout.again();
    if (refused) this.problem = refused;
    this.busy = false;
    await this.keepPlace(held);
  }

  private get focused(): HTMLElement | null {
    return (this.renderRoot as ShadowRoot).activeElement as HTMLElement | null;
  }

  /** Whoever works by keys stays where he was; where that is gone, he is at the head of the list. */
  protected async keepPlace(held: HTMLElement | null): Promise<void> {
    if (held === null) return;
    await this.updateComplete;
    const lost = document.activeElement === null || document.activeElement === document.body || this.focused === null;
    if (!lost && this.focused?.isConnected) return;
    const there = held.isConnected ? held : this.renderRoot.querySelector<HTMLElement>(".section-head h2");
    if (there && !held.isConnected) there.tabIndex = -1;
    there?.focus();
  }

  /** Closes what was asked beforehand; the place of whoever answers by keys is kept. */
  protected async closing(change: () => void): Promise<void> {
    const held = this.focused;
    change();
    await this.keepPlace(held);
  }

  protected heard() {
    return html`
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      <p class=${this.told ? "notice" : "unseen"} role="status">${this.told}</p>
    `;
  }

  protected none(what: string, how = "") {
    return html`<div class="empty"><strong>${what}</strong>${how ? html`<p>${how}</p>` : nothing}</div>`;
  }
}
