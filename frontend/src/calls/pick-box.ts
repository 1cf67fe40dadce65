/** A field that finds what is meant while one types: letters narrow the choices, arrows move, Enter or Tab takes one. */
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { View } from "../frame/view";
import { Finder } from "../lists/finder";
import { moved } from "../lists/list-keys";
import { controls } from "../theme/controls";

export interface Choice {
  key: string;
  name: string;
  detail: string;
}

@customElement("pick-box")
export class PickBox extends View {
  @property() label = "";
  @property() hint = "";
  /** Finds the choices for what was typed, best first. */
  @property({ attribute: false }) find: (typed: string, signal: AbortSignal) => Promise<Choice[]> = () => Promise.resolve([]);
  @state() chosen: Choice | null = null;
  @state() private at = 0;
  @state() private opened = false;
  @state() private typed = "";
  @query("input") private readonly input!: HTMLInputElement;

  private readonly finder = new Finder<Choice>(
    (words, signal) => (words ? this.find(words, signal) : Promise.resolve([])),
    () => this.requestUpdate(),
  );

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
        position: relative;
      }

      .choices {
        position: absolute;
        z-index: 5;
        inset: 100% 0 auto;
        max-height: 15rem;
        overflow: auto;
        margin-top: 0.125rem;
        border: 1px solid var(--line);
        border-radius: 0.375rem;
        background: var(--raised);
      }

      .choice {
        display: flex;
        justify-content: space-between;
        gap: 0.75rem;
        padding: 0.3125rem 0.625rem;
        cursor: pointer;
      }

      .choice[aria-selected="true"] {
        background: color-mix(in srgb, var(--accent) 16%, transparent);
      }

      .choice .detail {
        color: var(--ink2);
        font-size: var(--t12);
        white-space: nowrap;
      }

      .taken input {
        border-color: var(--accent);
      }
    `,
  ];

  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  clear(): void {
    this.chosen = null;
    this.typed = "";
    this.finder.forget();
  }

  /** Takes the best choice for what stands there, as when one goes on with Tab. */
  async settle(): Promise<Choice | null> {
    if (this.chosen || !this.typed.trim()) return this.chosen;
    const found = await this.finder.now(this.typed.trim());
    const best = found?.[this.at] ?? null;
    if (best) this.take(best);
    return best;
  }

  protected override render() {
    const open = this.opened && this.typed.trim() !== "" && !this.chosen;
    return html`<label class="field ${this.chosen ? "taken" : ""}">
        ${this.label}
        <input
          type="text"
          role="combobox"
          aria-expanded=${open && this.choices.length > 0}
          aria-controls="choices"
          aria-autocomplete="list"
          aria-activedescendant=${open && this.choices[this.at] ? `choice-${this.at}` : nothing}
          placeholder=${this.hint}
          autocomplete="off"
          spellcheck="false"
          .value=${this.chosen ? this.chosen.name : this.typed}
          @focus=${() => (this.opened = true)}
          @blur=${this.leave}
          @input=${this.type}
          @keydown=${this.key}
        />
      </label>
      <div class="choices" id="choices" role="listbox" aria-label=${this.label} ?hidden=${!open}>
        ${this.choices.map((choice, index) => this.choice(choice, index))}
        ${open && this.finder.foundFor === this.typed.trim() && this.choices.length === 0
          ? html`<p class="choice" role="option" aria-selected="false">${this.words.calls.noMatch}</p>`
          : nothing}
      </div>
      <p class="unseen" role="status">${open ? this.words.calls.choices(this.format.exact(this.choices.length)) : ""}</p>`;
  }

  private choice(choice: Choice, index: number) {
    return html`<div
      class="choice"
      id="choice-${index}"
      role="option"
      aria-selected=${index === this.at}
      @pointerdown=${(event: Event) => event.preventDefault()}
      @click=${() => this.take(choice, true)}
    >
      <span class="cut-off">${choice.name}</span><span class="detail">${choice.detail}</span>
    </div>`;
  }

  private type(): void {
    this.typed = this.input.value;
    this.chosen = null;
    this.at = 0;
    this.opened = true;
    this.finder.soon(this.typed.trim());
  }

  private get choices(): readonly Choice[] {
    return this.finder.found;
  }

  private key(event: KeyboardEvent): void {
    const next = moved(event.key, this.at, this.choices.length);
    if (next !== null && event.key !== "Home" && event.key !== "End" && !this.chosen) {
      event.preventDefault();
      this.at = next;
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      void this.settle().then(() => this.dispatchEvent(new CustomEvent("next")));
    } else if (event.key === "Escape" && this.typed) {
      event.stopPropagation();
      this.clear();
    }
  }

  private leave(): void {
    this.opened = false;
    void this.settle();
  }

  private take(choice: Choice, on = false): void {
    this.chosen = choice;
    this.opened = false;
    this.dispatchEvent(new CustomEvent("chosen", { detail: choice }));
    if (on) this.dispatchEvent(new CustomEvent("next"));
  }
}
