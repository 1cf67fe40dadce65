/** Warnings of others: what they say, what their signatures are worth; one key makes an event of one, or passes it on. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api } from "../api/client";
import type { ReceivedWarning, SignatureVerdict, Verdict } from "../api/warning-types";
import { warnings } from "../api/warnings";
import { store } from "../live/store";
import { pen } from "../map/pen";
import "../incidents/severity-mark";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { markOf } from "../incidents/cap-mark";
import { KeyedWarningView } from "./keyed-warning-view";
import { raisedFrom } from "./raised";
import { rowKey } from "./row-keys";
import { warningRows, warningStyles } from "./warning-styles";
import "./warning-tabs";

const BROKEN: readonly string[] = ["tampered", "misplaced"];

@customElement("received-list")
export class ReceivedList extends KeyedWarningView {
  @property({ attribute: false }) all: readonly ReceivedWarning[] | null = null;
  @property({ attribute: false }) problem: unknown = null;
  @state() private opened = "";
  @state() private refusal = "";
  @state() private verdict: Verdict | null = null;

  static override readonly styles = [
    controls,
    panelParts,
    warningStyles,
    warningRows,
    css`
      .over .title {
        color: var(--ink2);
        font-weight: 400;
      }

      .worth {
        font-size: var(--t12);
        line-height: 1rem;
      }

      .worth.valid {
        color: var(--safe);
      }

      .worth.bad {
        color: var(--danger);
        font-weight: 600;
      }

      .worth.doubt {
        color: var(--caution);
      }

      .inside {
        display: grid;
        gap: 0.625rem;
        padding: 0.625rem 1.125rem 0.875rem 3rem;
        border-bottom: 1px solid var(--line);
      }

      .inside p {
        max-width: 60ch;
        white-space: pre-line;
      }

      .judge {
        display: grid;
        gap: 0.5rem;
        padding: 0.75rem 1.125rem;
      }
    `,
  ];

  override disconnectedCallback(): void {
    pen.show(null);
    super.disconnectedCallback();
  }

  protected override render() {
    return html`<warning-tabs chosen="received"></warning-tabs>
      ${this.refusal ? html`<p class="notice" role="alert">${this.refusal}</p>` : nothing} ${this.body()}
      ${this.may("warnings.draft") ? this.judging() : nothing}`;
  }

  private body() {
    const { all, problem, say } = this;
    if (!all) return html`<p class="empty" aria-busy=${!problem}>${problem ? this.saidOf(problem) : this.words.loading}</p>`;
    if (!all.length) return html`<div class="empty"><strong>${say.noneReceived}</strong><p>${say.noneReceivedDetail}</p></div>`;
    return html`<div role="list" aria-label=${say.received}>${this.inOrder(all).map((warning) => this.row(warning))}</div>`;
  }

  /** As they come, the gravest first; what is over stands last. */
  private inOrder(all: readonly ReceivedWarning[]): ReceivedWarning[] {
    return [...all].sort((a, b) => Number(this.isOver(a)) - Number(this.isOver(b)));
  }

  private row(warning: ReceivedWarning) {
    const open = this.opened === warning.id;
    const over = this.isOver(warning);
    const told = [warning.alertSource, warning.areaServed ?? warning.area, this.words.warned.severity[warning.severity]];
    return html`<div role="listitem">
      <button class="row ${over ? "over" : ""}" data-id=${warning.id} aria-expanded=${open} @click=${() => this.open(open ? null : warning)}>
        <severity-mark .severity=${markOf(warning.severity)} ?taken=${over}></severity-mark>
        <span class="main">
          <span class="title">${this.text(warning.name) || this.text(warning.event)}</span>
          <span class="small">${told.filter(Boolean).join(" · ")}</span>
          ${this.worth(warning)}
        </span>
        <span class="end">${this.end(warning, over)}</span>
      </button>
      ${open ? this.inside(warning, over) : nothing}
    </div>`;
  }

  private worth({ signatureVerdict, signedBy }: ReceivedWarning) {
    const verdict = signatureVerdict ?? "none";
    const told = (this.say.verdict[verdict] as (signer: string) => string)(signedBy ?? "");
    return html`<span class="worth ${gravity(verdict)}">${told}</span>`;
  }

  private isOver({ alertStatus, until }: ReceivedWarning): boolean {
    return alertStatus !== "active" || (until !== null && Date.parse(until) <= store.clock().getTime());
  }

  private end({ alertStatus, until }: ReceivedWarning, over: boolean) {
    const { say } = this;
    const statuses: Record<string, string> = say.status;
    if (over) return alertStatus === "active" ? say.status.over : (statuses[alertStatus ?? ""] ?? alertStatus);
    return until ? say.left(this.span(until)) : say.status.active;
  }

  private inside(warning: ReceivedWarning, over: boolean) {
    const { say } = this;
    const [from, until] = [warning.from ? say.from(this.format.moment(warning.from)) : "", warning.until ? say.until(this.format.moment(warning.until)) : ""];
    const broken = BROKEN.includes(warning.signatureVerdict ?? "");
    return html`<div class="inside">
      <p>${this.text(warning.description)}</p>
      ${warning.instruction ? html`<p><strong>${say.fields.instruction}:</strong> ${this.text(warning.instruction)}</p>` : nothing}
      <p class="small">${[from, until, warning.issued ? say.issuedAt(this.format.moment(warning.issued)) : ""].filter(Boolean).join(" · ")}</p>
      <p class="small">${[say.urgency[warning.urgency], say.certainty[warning.certainty]].join(" · ")}</p>
      <div class="acts">
        ${this.may("incidents.act") && !broken
          ? html`<button class="button" @click=${() => this.raise(warning)}>${say.raise} <kbd>i</kbd></button>`
          : nothing}
        ${this.may("warnings.draft") && !over && !broken
          ? html`<button class="button" @click=${() => screenState.openWarning(`forward:${warning.id}`)}>${say.forward} <kbd>f</kbd></button>`
          : nothing}
        <button class="button" @click=${() => screenState.openPlace(warning.id)}>${say.onMap}</button>
      </div>
    </div>`;
  }

  private judging() {
    const { say, verdict } = this;
    return html`<div class="judge">
      <label class="field">${say.judgeTitle} <input type="file" accept=".xml,.cap,application/xml,text/xml" @change=${this.judge} /></label>
      <p class="small">${say.judgeNote}</p>
      ${verdict ? this.judged(verdict) : nothing}
    </div>`;
  }

  private judged({ judgement, signature }: Verdict) {
    const { say } = this;
    const faults = judgement.findings.filter(({ weight }) => weight !== "note");
    const head = judgement.version === null ? say.judgeNone : faults.length ? say.judgeFaulty(this.format.exact(faults.length)) : say.judgeGood(judgement.version);
    return html`<div role="status">
      <p class="worth ${faults.length || judgement.version === null ? "bad" : "valid"}">${head}</p>
      ${judgement.version === null ? nothing : html`<p class="worth ${gravity(signature.verdict)}">${this.text(signature.reason)}</p>`}
      <ul>${judgement.findings.map(({ path, reason, clause }) => html`<li class="small">${path}: ${this.text(reason)} (${clause})</li>`)}</ul>
    </div>`;
  }

  private open(warning: ReceivedWarning | null): void {
    this.opened = warning?.id ?? "";
    pen.show(warning?.location ?? null);
  }

  private async raise(warning: ReceivedWarning): Promise<void> {
    try {
      const made = await api.raise(raisedFrom(warning, (text) => this.text(text)));
      store.keep([made]);
      screenState.openIncident(made.id);
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
  }

  private readonly judge = async (event: Event): Promise<void> => {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (!file) return;
    this.refusal = "";
    this.verdict = await warnings.judge(await file.text()).catch((cause: unknown) => {
      this.refusal = this.saidOf(cause);
      return null;
    });
  };

  protected override key(event: KeyboardEvent): void {
    const warning = this.all?.find(({ id }) => id === this.opened);
    if (warning && event.key === "i" && this.may("incidents.act") && !BROKEN.includes(warning.signatureVerdict ?? "")) void this.raise(warning);
    else if (warning && event.key === "f" && this.may("warnings.draft") && !this.isOver(warning)) screenState.openWarning(`forward:${warning.id}`);
    else return rowKey(event, this.renderRoot);
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

function gravity(verdict: SignatureVerdict | "none"): string {
  if (verdict === "valid") return "valid";
  if (BROKEN.includes(verdict)) return "bad";
  return verdict === "unsigned" || verdict === "none" || verdict === "unchecked" ? "" : "doubt";
}
