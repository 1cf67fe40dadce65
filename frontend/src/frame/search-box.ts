/** One box for places, pages and commands. `/` focuses it; arrows choose, Enter opens. */
import { html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { api } from "../api/client";
import type { Found } from "../api/types";
import { Finder } from "../lists/finder";
import { moved, typing } from "../lists/list-keys";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { icon } from "./icons";
import { keepRecent, readRecent } from "./recent";
import { commandEntries, type Entry, matching, pageEntries, servicePageEntries } from "./search-entries";
import { searchStyles } from "./search-styles";
import { View } from "./view";

@customElement("search-box")
export class SearchBox extends View {
  @state() private wanted = "";
  @state() private opened = false;
  @state() private chosen = 0;
  @query("input") private readonly input!: HTMLInputElement;

  private readonly finder = new Finder<Found>(
    (words, signal) => (words ? api.search(words, signal) : Promise.resolve([])),
    () => this.requestUpdate(),
  );
  private readonly onKey = (event: KeyboardEvent) => this.shortcut(event);

  static override readonly styles = [controls, searchStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("keydown", this.onKey);
    super.disconnectedCallback();
  }

  protected override render() {
    const entries = this.opened ? this.entries() : [];
    const chosen = entries[this.chosen];
    const phone = screenState.mode === "phone";
    return html`<div class="box ${phone ? "phone" : ""} ${this.opened ? "opened" : ""}">
      ${icon("search", 16)}
      <input
        type="text"
        role="combobox"
        aria-expanded=${this.opened && entries.length > 0}
        aria-controls="results"
        aria-autocomplete="list"
        aria-activedescendant=${chosen ? `entry-${this.chosen}` : nothing}
        aria-label=${this.words.search}
        placeholder=${this.opened || !phone ? this.words.search : this.words.searchShort}
        autocomplete="off"
        spellcheck="false"
        .value=${this.wanted}
        @focus=${this.open}
        @blur=${this.leave}
        @input=${this.typed}
        @keydown=${this.key}
      />
      <kbd aria-hidden="true">/</kbd>
      ${this.opened ? this.results(entries) : nothing}
    </div>`;
  }

  private results(entries: readonly Entry[]) {
    const settled = this.settled;
    const nothingFound = entries.length === 0 && this.wanted.trim() !== "" && settled;
    return html`<div class="results" id="results" role="listbox" aria-label=${this.words.search} ?hidden=${!entries.length && !nothingFound}>
        ${entries.map((entry, index) => this.entry(entry, index, entries[index - 1]))}
        ${nothingFound ? html`<p class="nothing" role="option" aria-selected="false">${this.words.searchNothing(this.wanted.trim())}</p>` : nothing}
      </div>
      <p class="unseen" role="status">${this.wanted && settled ? this.words.searchCount(entries.length) : ""}</p>`;
  }

  private entry(entry: Entry, index: number, before: Entry | undefined) {
    const groups = {
      places: this.words.groupPlaces,
      pages: this.words.groupPages,
      commands: this.words.groupCommands,
      recent: this.words.groupRecent,
    };
    const head = entry.group === before?.group ? nothing : html`<p class="group" role="presentation">${groups[entry.group]}</p>`;
    return html`${head}
      <div
        class="entry"
        role="option"
        id="entry-${index}"
        aria-selected=${index === this.chosen}
        @pointerdown=${(event: Event) => event.preventDefault()}
        @pointermove=${() => (this.chosen = index)}
        @click=${() => this.run(entry)}
      >
        ${icon(entry.icon, 16)} <span class="name cut-off">${entry.name}</span> <span class="detail cut-off">${entry.detail}</span>
      </div>`;
  }

  private entries(): Entry[] {
    const { words } = this;
    if (!this.wanted.trim()) return [...this.recent(), ...pageEntries(words)];
    const pages = matching([...pageEntries(words), ...servicePageEntries()], this.wanted);
    return [...this.finder.found.map((found) => this.place(found)), ...pages, ...matching(commandEntries(words), this.wanted)];
  }

  private recent(): Entry[] {
    return readRecent().map(({ id, name }) => ({ key: id, group: "recent", name, detail: "", icon: "clock", run: () => screenState.openPlace(id) }));
  }

  private place({ id, name, typeTitle, area }: Found): Entry {
    const detail = [this.text(typeTitle), area].filter(Boolean).join(" · ");
    const run = () => {
      keepRecent({ id, name });
      screenState.openPlace(id);
    };
    return { key: id, group: "places", name, detail, icon: "place", run };
  }

  private open(): void {
    this.opened = true;
    this.chosen = 0;
  }

  private leave(): void {
    this.opened = false;
  }

  private typed(): void {
    this.wanted = this.input.value;
    this.opened = true;
    this.chosen = 0;
    this.finder.soon(this.wanted.trim());
  }

  private get settled(): boolean {
    return this.finder.foundFor === this.wanted.trim();
  }

  private async key(event: KeyboardEvent): Promise<void> {
    const entries = this.entries();
    const next = moved(event.key, this.chosen, entries.length);
    if (next !== null && event.key !== "Home" && event.key !== "End") {
      event.preventDefault();
      this.chosen = next;
      await this.updateComplete;
      this.renderRoot.querySelector(`#entry-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      await this.enter();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.wanted = "";
      this.input.blur();
    }
  }

  /** Enter means the words as they stand, not what the last pause found. */
  private async enter(): Promise<void> {
    await this.finder.now(this.wanted.trim());
    const entry = this.entries()[this.chosen];
    if (entry) this.run(entry);
  }

  private run(entry: Entry): void {
    this.wanted = "";
    this.finder.forget();
    this.opened = false;
    this.input.blur();
    entry.run();
    this.dispatchEvent(new CustomEvent("chosen", { bubbles: true, composed: true }));
  }

  private shortcut(event: KeyboardEvent): void {
    if (event.key !== "/" || typing(event) || store.phase !== "ready") return;
    event.preventDefault();
    this.input.focus();
    this.input.select();
  }
}
