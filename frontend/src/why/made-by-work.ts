/** What a job computed, or what the other side said of a command: which one, of whom, and with which input. */
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Made } from "../api/lineage-types";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import { madeStyles } from "./made-styles";

type Work = Extract<Made, { kind: "job" | "command" }>;

@customElement("made-by-work")
export class MadeByWork extends View {
  @property({ attribute: false }) made!: Work;

  static override readonly styles = [controls, madeStyles];

  protected override render() {
    const { made } = this;
    const { why } = this.words;
    const service = this.text(made.serviceTitle) || made.service;
    const name = this.text(made.title) || (made.kind === "job" ? made.job : made.action);
    const say = made.kind === "job" ? why.byJob : why.byCommand;
    return html`<p class="rule">${say(name, service, made.version, this.format.moment(made.moment))}</p>
      ${made.entity ? this.details(made) : html`<p>${why.workHidden}</p>`}`;
  }

  private details(made: Work) {
    const { why } = this.words;
    const second = made.kind === "command" ? made.second : null;
    const targets = made.kind === "command" ? made.targets.join(", ") : "";
    return html`<dl>
        ${this.line(why.requested, made.requestedAt && this.format.moment(made.requestedAt))}
        ${this.line(why.requestedBy, made.requestedBy)} ${this.line(why.second, second)} ${this.line(why.targets, targets)}
        ${this.line(why.kept, made.entity)}
      </dl>
      ${made.input === null
        ? html`<p>${why.inputHidden}</p>`
        : html`<p>${why.input}</p>
            <pre tabindex="0" role="group" aria-label=${why.input}>${JSON.stringify(made.input, null, 1)}</pre>`}`;
  }

  private line(term: string, text: string | null) {
    return text ? html`<dt>${term}</dt><dd>${text}</dd>` : nothing;
  }
}
