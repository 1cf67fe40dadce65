/** The city's data as its steward sees them: hand a file in, look at it, load it; rows that wait, what was loaded. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Handed, imports, type WaitingRow } from "../api/imports";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "./import-preview";
import "./waiting-row";
import "../work/command-list";
import "../work/job-list";

const SHOWN = 50;

@customElement("data-page")
export class DataPage extends View {
  @state() private handed: Handed | null = null;
  @state() private loaded: readonly Handed[] = [];
  @state() private rows: readonly WaitingRow[] = [];
  @state() private count = 0;
  @state() private problem = "";
  @state() private busy = false;
  @state() private over = false;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .head {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      h1 {
        flex: 1;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .drop {
        display: block;
        margin: 0.75rem 1.125rem;
        padding: 1rem;
        border: 1px dashed var(--edge);
        border-radius: 0.375rem;
        cursor: pointer;
      }

      .drop.over,
      .drop:hover,
      .drop:focus-within {
        border-color: var(--accent);
      }

      .drop strong {
        display: block;
        font-weight: 500;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void import("../services/service-list");
    if (this.tells) void import("../notices/notice-desk");
    if (this.steward) void this.refresh();
  }

  private async refresh(): Promise<void> {
    await this.trying(async () => {
      const [loaded, waiting] = await Promise.all([imports.all(), imports.waiting(SHOWN)]);
      this.loaded = loaded.filter(({ state }) => state === "done");
      this.rows = waiting.rows;
      this.count = waiting.count;
    });
  }

  private async trying(act: () => Promise<void>): Promise<void> {
    this.problem = "";
    try {
      await act();
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }

  private async handIn(file: File | undefined): Promise<void> {
    if (!file) return;
    this.busy = true;
    await this.trying(async () => {
      this.handed = await imports.handIn(file);
    });
    this.busy = false;
  }

  private readonly drop = (event: DragEvent) => {
    event.preventDefault();
    this.over = false;
    void this.handIn(event.dataTransfer?.files[0]);
  };

  private readonly drag = (event: DragEvent) => {
    event.preventDefault();
    this.over = event.type === "dragover";
  };

  private readonly chosen = (event: Event) => {
    const input = event.target as HTMLInputElement;
    void this.handIn(input.files?.[0]);
    input.value = "";
  };

  private readonly finished = () => {
    this.handed = null;
    void this.refresh();
  };

  protected override render() {
    const { words } = this;
    return html`
      <div class="head">
        <h1>${this.steward ? words.data.title : words.work.title}</h1>
        <button class="button" @click=${() => screenState.go({ list: null })}>${words.data.back}</button>
      </div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.steward ? this.entrance() : nothing}
      <command-list></command-list>
      <job-list></job-list>
      <service-list></service-list>
      ${this.tells ? html`<notice-desk></notice-desk>` : nothing}
      ${this.steward ? this.imports() : nothing}
    `;
  }

  private get steward(): boolean {
    return store.session?.permissions.includes("imports.manage") ?? false;
  }

  private get tells(): boolean {
    return store.session?.permissions.includes("notices.send") ?? false;
  }

  private entrance() {
    const words = this.words.data;
    return html`
      <label class="drop ${this.over ? "over" : ""}" @dragover=${this.drag} @dragleave=${this.drag} @drop=${this.drop}>
        <strong>${this.busy ? words.reading : words.drop}</strong>
        <span class="small">${words.kinds}</span>
        <input class="unseen" type="file" ?disabled=${this.busy} @change=${this.chosen} />
      </label>
      ${this.handed?.preview
        ? html`<import-preview .handed=${this.handed} @finished=${this.finished}></import-preview>`
        : nothing}
    `;
  }

  private imports() {
    const words = this.words.data;
    return html`
      <div class="section-head"><h2>${words.waiting}</h2><span class="count">${this.format.exact(this.count)}</span></div>
      ${this.rows.length ? this.rows.map((row) => this.waiting(row)) : html`<p class="empty">${words.noneWaits}</p>`}
      ${this.count > this.rows.length
        ? html`<p class="empty small">${words.more(this.format.exact(this.count - this.rows.length))}</p>`
        : nothing}
      <div class="section-head">
        <h2>${words.loaded}</h2><span class="count">${this.format.exact(this.loaded.length)}</span>
      </div>
      ${this.loaded.length ? this.loaded.map((each) => this.made(each)) : html`<p class="empty">${words.noneLoaded}</p>`}
    `;
  }

  private waiting(row: WaitingRow) {
    return html`<waiting-row .row=${row} @dealt=${() => this.refresh()}></waiting-row>`;
  }

  private made(each: Handed) {
    const words = this.words.data;
    const exact = (value: number | undefined) => this.format.exact(value ?? 0);
    return html`<div class="row">
      <div class="main">
        <div class="cut-off">${each.name}</div>
        <div class="small">
          ${words.became(exact(each.rows), exact(each.accepted), exact(each.flagged), exact(each.rejected), exact(each.repeated))}
        </div>
      </div>
      <div class="end small">${each.by}<br />${each.at ? this.format.moment(each.at) : ""}</div>
    </div>`;
  }
}
