/** What made a value: a reaction, a formula, a message as it came, or somebody who wrote it. */
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { LineageNode, Made } from "../api/lineage-types";
import type { Source } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import "./made-by-work";
import { madeStyles } from "./made-styles";
import { takenOver } from "./node-words";

type Of<Kind extends Made["kind"]> = Extract<Made, { kind: Kind }>;

@customElement("made-view")
export class MadeView extends View {
  @property({ attribute: false }) node!: LineageNode;

  static override readonly styles = [controls, madeStyles];

  protected override render() {
    const { made } = this.node;
    if (made?.kind === "reaction") return this.reaction(made);
    if (made?.kind === "message") return this.message(made);
    if (made?.kind === "indicator") return this.indicator(made);
    if (made?.kind === "job" || made?.kind === "command") return html`<made-by-work .made=${made}></made-by-work>`;
    return this.written();
  }

  private reaction(made: Of<"reaction">) {
    const words = this.words.why;
    const name = this.text(made.title) || made.reaction;
    const service = this.text(made.serviceTitle) || made.service;
    return html`<p>${words.byReaction(name, service, this.format.exact(made.version), this.format.moment(made.moment))}</p>
      <p class="rule">${this.text(made.rule) || words.ruleGone}</p>`;
  }

  private indicator(made: Of<"indicator">) {
    const words = this.words.why;
    if (takenOver(this.node)) return html`<p>${words.takenOver(this.format.moment(made.moment))}</p>`;
    const rests = made.n === null ? "" : this.words.drawer.sampleOf(this.format.exact(made.n), made.missing ? this.format.exact(made.missing) : "");
    return html`<p>${words.byIndicator(this.format.moment(made.moment))}</p>
      <p class="rule">${this.text(made.rule) || (this.node.value === null ? words.noFigure : "")}</p>
      ${rests ? html`<p>${this.words.drawer.sample}: ${rests}</p>` : nothing}
      ${made.note ? html`<p>${this.text(made.note)}</p>` : nothing}`;
  }

  private message(made: Of<"message">) {
    const words = this.words.why;
    const size = words.bytes(this.format.exact(made.size));
    return html`<p>${words.byMessage(this.text(made.title) || made.source)}</p>
      <dl>
        ${this.line(words.address, made.origin)} ${this.line(words.received, this.format.moment(made.receivedAt))}
        ${this.line(words.media, made.media)} ${this.line(words.size, made.digest ? words.cutOff(size) : size)}
        ${this.line("SHA-256", made.digest)}
      </dl>
      <pre tabindex="0" role="group" aria-label=${words.raw}>${made.raw}</pre>`;
  }

  private written() {
    const words = this.words.why;
    const { by, receivedAt, provider } = this.node;
    const card = (store.city?.sources ?? []).find(({ id }) => id === provider);
    return html`<p>${words.written(by ?? this.words.unknown, receivedAt ? this.format.moment(receivedAt) : "")}</p>
      ${card ? html`<dl>${this.card(card)}</dl>` : nothing}`;
  }

  private card(card: Source) {
    const words = this.words.source;
    const files = (card.files ?? []).map(({ name, rows }) => (rows ? `${name} (${words.rows(this.format.exact(rows))})` : name));
    return html`${this.line(this.words.drawer.source, this.text(card.title))} ${this.line(words.publisher, card.publisher)}
      ${this.line(words.files, files.join(", "))} ${this.line(words.web, card.url)}`;
  }

  private line(term: string, text: string | null) {
    return text ? html`<dt>${term}</dt><dd>${text}</dd>` : nothing;
  }
}
