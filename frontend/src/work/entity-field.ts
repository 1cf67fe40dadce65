/** Chooses entities of some types: typed words find them, arrows choose, Enter takes; several stand as a list above. */
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { api } from "../api/client";
import { View } from "../frame/view";
import { Finder } from "../lists/finder";
import { moved } from "../lists/list-keys";
import { controls } from "../theme/controls";

export interface Named {
  id: string;
  name: string;
}

type Offered = Named & { detail: string };

@customElement("entity-field")
export class EntityField extends View {
  @property() label = "";
  @property({ attribute: false }) types: readonly string[] = [];
  @property({ type: Boolean }) many = false;
  @property({ type: Boolean }) invalid = false;
  @property() describedBy = "";
  /** What is chosen at first. What somebody has chosen since is his: whoever draws this field again must not put it back. */
  @property({ attribute: false }) preset: readonly Named[] = [];
  @state() private chosen: readonly Named[] = [];
  @state() private opened = false;
  @state() private at = 0;
  @state() private typed = "";
  @query("input") private readonly input!: HTMLInputElement;

  private readonly finder = new Finder<Offered>(
    (words, signal) => this.ask(words, signal),
    () => {
      this.at = 0;
      this.requestUpdate();
    },
  );

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
        position: relative;
      }

      input {
        width: 100%;
        padding: 0.375rem 0.625rem;
        border: 1px solid var(--edge);
        border-radius: 0.375rem;
        background: var(--bg);
        line-height: 1.25rem;
        scroll-margin-block: 4rem;
      }

      input[aria-invalid="true"] {
        border-color: var(--danger);
      }

      ul.chosen {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        padding-bottom: 0.25rem;
      }

      .choices {
        position: absolute;
        z-index: 3;
        left: 0;
        right: 0;
        max-height: 16rem;
        overflow: auto;
        border: 1px solid var(--edge);
        border-radius: 0.375rem;
        background: var(--raised);
      }

      .choice {
        padding: 0.375rem 0.625rem;
        cursor: pointer;
        overflow-wrap: anywhere;
      }

      .choice[aria-selected="true"] {
        background: color-mix(in srgb, var(--accent) 14%, transparent);
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.finder.forget();
  }

  /** The ids, one a line; a text that was typed and not chosen is taken for an id. */
  get value(): string {
    const typed = this.typed.trim();
    const ids = this.chosen.map(({ id }) => id);
    const shown = this.many ? "" : (this.chosen[0]?.name ?? "");
    return (typed && typed !== shown ? [...(this.many ? ids : []), typed] : ids).join("\n");
  }

  override focus(): void {
    this.input.focus();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("preset")) this.chosen = this.preset;
    if (changed.has("chosen") && !this.many) this.typed = this.chosen[0]?.name ?? "";
  }

  protected override render() {
    const shown = this.opened && this.found.length > 0;
    return html`
      ${this.many && this.chosen.length > 0
        ? html`<ul class="chosen">
            ${this.chosen.map((each) => html`<li>
              <button class="button" type="button" aria-label="${this.words.work.remove}: ${each.name}" @click=${() => this.drop(each)}>${each.name} ×</button>
            </li>`)}
          </ul>`
        : nothing}
      <input
        type="text"
        role="combobox"
        aria-expanded=${shown}
        aria-controls="choices"
        aria-autocomplete="list"
        aria-activedescendant=${shown ? `choice-${this.at}` : nothing}
        aria-label=${this.label}
        aria-invalid=${this.invalid}
        aria-description=${this.describedBy || nothing}
        placeholder=${this.words.work.findEntity}
        autocomplete="off"
        spellcheck="false"
        .value=${this.typed}
        @focus=${this.open}
        @blur=${() => (this.opened = false)}
        @input=${this.onInput}
        @keydown=${this.key}
      />
      <div class="choices" id="choices" role="listbox" aria-label=${this.label} ?hidden=${!shown}>
        ${this.found.map(
          (each, index) => html`<div
            class="choice"
            role="option"
            id="choice-${index}"
            aria-selected=${index === this.at}
            @pointerdown=${(event: Event) => event.preventDefault()}
            @click=${() => this.take(each)}
          >
            ${each.name} <span class="small">${each.detail}</span>
          </div>`,
        )}
      </div>`;
  }

  private open(): void {
    this.opened = true;
    void this.finder.now(this.wanted);
  }

  private onInput(): void {
    this.typed = this.input.value;
    if (!this.many) this.chosen = [];
    this.opened = true;
    this.finder.soon(this.wanted);
  }

  /** What was typed; where the one entity is chosen already, nothing: all are offered again. */
  private get wanted(): string {
    return this.chosen.length > 0 && !this.many ? "" : this.typed.trim();
  }

  /** What fits and is not taken yet. */
  private get found(): readonly Offered[] {
    const taken = new Set(this.many ? this.chosen.map(({ id }) => id) : []);
    return this.finder.found.filter(({ id }) => !taken.has(id));
  }

  private async ask(words: string, signal: AbortSignal): Promise<Offered[]> {
    const found = await api.searchOf(words, this.types, signal);
    return found.map(({ id, name, typeTitle, area }) => ({ id, name, detail: [this.text(typeTitle), area].filter(Boolean).join(" · ") }));
  }

  private key(event: KeyboardEvent): void {
    const next = event.key === "Home" || event.key === "End" ? null : moved(event.key, this.at, this.found.length);
    if (next !== null) {
      event.preventDefault();
      this.opened = true;
      this.at = next;
    } else if (event.key === "Enter" && this.opened && (this.found[this.at] || this.finder.foundFor !== this.wanted)) {
      event.preventDefault();
      event.stopPropagation();
      void this.enter();
    } else if (event.key === "Escape" && this.opened) {
      event.stopPropagation();
      this.opened = false;
    }
  }

  /** Enter means the words as they stand, not what the last pause found. */
  private async enter(): Promise<void> {
    const found = await this.finder.now(this.wanted);
    const meant = found && this.found[this.at];
    if (meant) this.take(meant);
  }

  private take({ id, name }: Named): void {
    this.chosen = this.many ? [...this.chosen, { id, name }] : [{ id, name }];
    this.typed = this.many ? "" : name;
    this.opened = false;
    this.finder.forget();
  }

  private drop({ id }: Named): void {
    this.chosen = this.chosen.filter((each) => each.id !== id);
    this.input.focus();
  }
}
