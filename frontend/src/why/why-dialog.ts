/** Why this number? A dialog over the page: what a value was made of, down to the messages that brought it. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import type { LineageNode } from "../api/lineage-types";
import { momentKey } from "../api/moment";
import { deepFocus } from "../frame/deep-focus";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { openPlace, valueAt } from "../live/open-place";
import { programme } from "../live/programme";
import { whyOfReport } from "../live/report";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import "../value/measured-error";
import "./why-tree";

@customElement("why-dialog")
export class WhyDialog extends View {
  @property() address = "";
  @state() private tree: LineageNode | null = null;
  @state() private problem = "";

  private opener: HTMLElement | null = null;
  private readFor = "";

  static override readonly styles = [
    controls,
    css`
      dialog {
        width: min(46rem, calc(100vw - 2rem));
        max-height: min(48rem, calc(100dvh - 3rem));
        padding: 0;
        border: 1px solid var(--line);
        border-radius: 0.625rem;
        background: var(--surface);
        color: var(--ink);
        box-shadow: 0 1rem 3rem var(--shade);
        overflow: auto;
      }

      dialog::backdrop {
        background: var(--shade);
      }

      .head {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.75rem 0.875rem 0.75rem 1.375rem;
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }

      h2 {
        flex: 1;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .past {
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .close {
        display: grid;
        place-items: center;
        width: 2rem;
        height: 2rem;
        border-radius: 0.375rem;
      }

      .close:hover {
        background: var(--raised);
      }

      .body {
        padding: 0.875rem 1.375rem 1.375rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.opener = deepFocus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.opener?.focus({ preventScroll: true });
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override willUpdate(): void {
    const key = `${this.address} ${momentKey(store.past)} ${store.phase} ${this.isThere()}`;
    if (key === this.readFor || store.phase !== "ready" || store.looking || !this.isThere()) return;
    this.readFor = key;
    void this.read(key);
  }

  /** Whether the page has what the address speaks of; on a first visit it comes a moment later. */
  private isThere(): boolean {
    const [kind = ""] = this.address.split(" ");
    if (kind === "tile" || kind === "indicator") return true;
    if (kind === "cell" || kind === "report" || kind === "of") return valueAt(this.address) !== null;
    if (kind === "decided" || kind === "system") return programme.standings !== null || programme.problem !== null;
    return openPlace.place !== null || openPlace.problem !== null;
  }

  private async read(key: string): Promise<void> {
    Object.assign(this, { tree: null, problem: "" });
    try {
      const tree = await this.asked();
      if (key === this.readFor) Object.assign(this, tree ? { tree } : { problem: this.words.drawer.notFound });
    } catch (cause) {
      const status = cause instanceof Problem ? cause.status : 0;
      if (key === this.readFor) this.problem = status === 404 ? this.words.why.nothing : this.words.serverSilent;
    }
  }

  private asked(): Promise<LineageNode | null> {
    const [kind, id = ""] = this.address.split(" ");
    if (kind === "tile" || kind === "indicator") return api.whyIndicator(id, store.past);
    if (kind === "cell" || kind === "report") return whyOfReport(this.address);
    const value = valueAt(this.address);
    if (!value?.entity || !value.attribute) return Promise.resolve(null);
    return api.why(value.entity, value.attribute, value.datasetId, store.past);
  }

  protected override render() {
    const { why } = this.words;
    const { tree, problem } = this;
    const number = tree === null || typeof tree.value === "number";
    return html`<dialog aria-labelledby="question" @close=${this.closed}>
      <div class="head">
        <h2 id="question">${number ? why.number : why.value}</h2>
        ${store.past ? html`<span class="past">${this.format.moment(store.past.at)}</span>` : nothing}
        <button class="close" aria-label=${this.words.close} @click=${this.leave}>${icon("close")}</button>
      </div>
      <div class="body" aria-busy=${!tree && !problem}>
        ${problem ? html`<p role="alert">${problem}</p>` : nothing}
        ${this.error()} ${tree ? html`<why-tree .node=${tree}></why-tree>` : nothing}
        ${!tree && !problem ? html`<p>${this.words.loading}</p>` : nothing}
      </div>
    </dialog>`;
  }

  /** Of a forecast: how far such forecasts have been from what came. */
  private error() {
    const facts = openPlace.place?.facts;
    return facts && valueAt(this.address)?.course ? html`<measured-error .facts=${facts}></measured-error>` : nothing;
  }

  private leave(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }

  private closed(): void {
    screenState.adjust({ why: null });
  }
}
