/** One warning: how people see it, what it changes, its signature, its story; and what can be done about it now. */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Proof, Warning, WarningStep } from "../api/warning-types";
import { warnings } from "../api/warnings";
import { icon } from "../frame/icons";
import { store } from "../live/store";
import { pen } from "../map/pen";
import "../incidents/severity-mark";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { markOf } from "../incidents/cap-mark";
import { holds } from "./groups";
import { KeyedWarningView } from "./keyed-warning-view";
import { titleOf } from "./titles";
import { LIST } from "./warning-address";
import "./warning-acts";
import type { WarningActs } from "./warning-acts";
import "./warning-changes";
import "./warning-preview";
import { warningStyles } from "./warning-styles";

@customElement("warning-detail")
export class WarningDetail extends KeyedWarningView {
  @property() warningId = "";
  /** As the list has it; null while that is read, or where it does not hold it. */
  @property({ attribute: false }) known: Warning | null = null;
  @property({ attribute: false }) all: readonly Warning[] = [];
  @state() private read: Warning | null = null;
  @state() private proof: Proof | null = null;
  @state() private problem: unknown = null;

  private readFor = "";
  static override readonly styles = [
    controls,
    panelParts,
    warningStyles,
    css`
      .title {
        display: flex;
        gap: 0.625rem;
        align-items: flex-start;
        padding: 0.5rem 1.125rem 0;
      }

      .title h1 {
        flex: 1;
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .title severity-mark {
        margin-top: 0.1875rem;
      }

      .state {
        padding: 0.25rem 1.125rem 0.75rem;
        color: var(--ink2);
      }

      .parts {
        display: grid;
        grid-template-columns: minmax(0, 24rem) minmax(0, 1fr);
        border-bottom: 1px solid var(--line);
      }

      .parts > * {
        padding: 0.75rem 1.125rem;
      }

      :host {
        display: block;
        container-type: inline-size;
      }

      @container (max-width: 40rem) {
        .parts {
          grid-template-columns: minmax(0, 1fr);
        }

        .parts > :last-child {
          padding-top: 0;
        }
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.375rem 1rem;
        align-content: start;
        font-size: 0.8125rem;
      }

      dt {
        color: var(--ink3);
      }

      .side {
        display: grid;
        gap: 0.875rem;
        align-content: start;
      }

      ol li {
        display: grid;
        grid-template-columns: 8.5rem 1fr;
        gap: 0.75rem;
        padding: 0.375rem 1.125rem;
        font-size: 0.8125rem;
      }

      ol time {
        color: var(--ink3);
      }

      ol .said {
        color: var(--ink2);
      }

      .link {
        color: var(--accent);
      }

      .unsigned {
        border-left: 3px solid var(--caution);
        padding-left: 0.625rem;
        font-size: 0.8125rem;
      }
    `,
  ];

  override disconnectedCallback(): void {
    pen.show(null);
    super.disconnectedCallback();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const warning = this.known;
    const key = `${this.warningId} ${warning?.state ?? ""} ${warning?.steps.length ?? ""}`;
    if (key === this.readFor) return;
    this.readFor = key;
    void this.look(this.warningId);
  }

  private async look(id: string): Promise<void> {
    try {
      const [read, proof] = await Promise.all([warnings.one(id), warnings.preview(id)]);
      if (id !== this.warningId) return;
      Object.assign(this, { read, proof, problem: null });
      pen.show(proof.ground);
    } catch (cause) {
      this.problem = cause;
    }
  }

  private get warning(): Warning | null {
    return this.read?.id === this.warningId ? this.read : this.known;
  }

  protected override render() {
    const { warning } = this;
    return html`
      <button class="back" @click=${() => screenState.go({ warning: LIST })}>${icon("back", 15)} ${this.words.warned.title}</button>
      ${warning ? this.told(warning) : html`<p class="empty" aria-busy=${!this.problem}>${this.problem ? this.saidOf(this.problem) : this.words.loading}</p>`}
    `;
  }

  private told(warning: Warning) {
    const earlier = this.all.find(({ id }) => id === warning.about);
    const { say } = this;
    return html`
      <div class="title">
        <severity-mark .severity=${markOf(warning.severity)} ?taken=${warning.state !== "released"}></severity-mark>
        <h1>${titleOf(warning, this.format.language)}</h1>
        ${warning.exercise ? html`<span class="exercise">${say.exercise}</span>` : nothing}
      </div>
      <p class="state">${this.state(warning)}</p>
      ${earlier && warning.kind === "Update" && warning.state === "draft"
        ? html`<warning-changes .was=${earlier} .draft=${warning}></warning-changes>`
        : nothing}
      <div class="parts">
        <warning-preview .proof=${this.proof} ?exercise=${warning.exercise}></warning-preview>
        <div class="side">
          <warning-acts .warning=${warning} .proof=${this.proof} @acted=${() => this.look(warning.id)}></warning-acts>
          ${this.signature(warning)} ${this.facts(warning, earlier ?? null)}
        </div>
      </div>
      <div class="section-head"><h2>${say.story}</h2></div>
      <ol>${warning.steps.map((step) => this.step(step))}</ol>
    `;
  }

  private state(warning: Warning): string {
    const { say } = this;
    const review = warning.steps.find(({ step }) => step === "review");
    return [
      warning.kind === "Alert" ? "" : say.kind[warning.kind],
      warning.expired ? say.expired : say.state[warning.state],
      holds(warning, store.clock()) ? say.left(this.span(warning.expires)) : "",
      warning.alone && review ? say.reviewed(review.name, this.at(review.at)) : "",
    ]
      .filter(Boolean)
      .join(" · ");
  }

  /** Of a draft what would become of it, of a message what it is worth. */
  private signature(warning: Warning) {
    const { say } = this;
    if (warning.identifier) {
      const signed = warning.signature === "valid";
      return html`<p class=${signed ? "small" : "unsigned"}>${signed ? say.signedAs(this.senderOf(warning)) : say.unsignedOut}</p>`;
    }
    const signing = this.proof?.signing;
    if (!signing || warning.state !== "draft") return nothing;
    const until = signing.until ? this.format.day(signing.until) : "";
    const told = signing.state === "signed" || signing.state === "expired" ? say.signing[signing.state](signing.name ?? "", until) : say.signing[signing.state];
    return html`<p class=${signing.state === "signed" ? "small" : "unsigned"}>${told} ${signing.detail ?? ""}</p>`;
  }

  private senderOf({ identifier }: Warning): string {
    return identifier?.split(".").slice(0, -2).join(".") ?? "";
  }

  private facts(warning: Warning, earlier: Warning | null) {
    const { say } = this;
    const line = (name: string, value: unknown) => (value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing);
    const asked = warning.responses.map((response) => say.responses[response]).join(", ");
    const open = (id: string, text: string) => html`<button class="link" @click=${() => screenState.openWarning(id)}>${text}</button>`;
    const headline = earlier ? titleOf(earlier, this.format.language) : "";
    const about = warning.kind === "Cancel" ? say.aboutCancel(headline) : say.about(headline);
    return html`<dl>
      ${line(say.fields.areas, this.proof?.places.join(", ") ?? "")}
      ${line(say.fields.severity, say.severity[warning.severity])} ${line(say.fields.urgency, say.urgency[warning.urgency])}
      ${line(say.fields.certainty, say.certainty[warning.certainty])} ${line(say.fields.category, say.category[warning.category])}
      ${line(say.fields.responses, asked)}
      ${line(say.fields.onset, warning.onset ? this.format.moment(warning.onset) : warning.sent ? this.format.moment(warning.sent) : say.now)}
      ${line(say.fields.expires, this.format.moment(warning.expires))} ${line(say.contact, warning.contact)}
      ${earlier ? line(this.words.warned.title, open(earlier.id, about)) : nothing}
      ${warning.incident ? line(say.incident, this.incident(warning.incident)) : nothing}
    </dl>`;
  }

  private incident(id: string) {
    const known = store.incidents.get(id);
    return html`<button class="link" @click=${() => screenState.openIncident(id)}>${known ? this.text(known.title) : id}</button>`;
  }

  private step({ step, at, name, reason }: WarningStep) {
    return html`<li>
      <time datetime=${at}>${this.at(at)}</time>
      <div>${name} ${this.say.steps[step]}${reason ? html`<p class="said">${reason}</p>` : nothing}</div>
    </li>`;
  }

  protected override key(event: KeyboardEvent): void {
    const acts = this.renderRoot.querySelector<WarningActs>("warning-acts");
    if (!acts?.byKey(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
