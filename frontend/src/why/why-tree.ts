/** The tree of a value: a nested list, each value with what made it and, below, what that was made of. */
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { LineageNode } from "../api/lineage-types";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import { unitText } from "../value/words";
import "../value/method-mark";
import "./made-view";
import { nodeFigure, nodeName, nodeTime, takenOver } from "./node-words";

@customElement("why-tree")
export class WhyTree extends View {
  @property({ attribute: false }) node!: LineageNode;

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
      }

      ul ul {
        margin: 0.5rem 0 0 0.3125rem;
        border-left: 1px solid var(--edge);
      }

      ul ul > li {
        padding-left: 0.875rem;
      }

      li + li {
        margin-top: 0.25rem;
      }

      summary {
        padding: 0.25rem 0.25rem 0.25rem 0;
        border-radius: 0.25rem;
        cursor: pointer;
      }

      summary::marker {
        color: var(--ink3);
      }

      summary:hover {
        background: color-mix(in srgb, var(--accent) 7%, transparent);
      }

      .line {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.5rem;
        max-width: calc(100% - 1.5rem);
        vertical-align: top;
      }

      .line b {
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      .top > details > summary b {
        font: 500 1.375rem/1.75rem var(--text);
      }

      method-mark {
        align-self: center;
      }

      .name {
        overflow-wrap: anywhere;
      }

      .flag {
        flex-basis: 100%;
      }

      .flag svg {
        color: var(--caution);
        vertical-align: -0.125rem;
      }

      .inner {
        padding: 0.125rem 0 0.375rem 1rem;
      }

      .from {
        margin-top: 0.5rem;
      }
    `,
  ];

  protected override render() {
    return html`<ul><li class="top">${this.one(this.node, true)}</li></ul>`;
  }

  private one(node: LineageNode, open: boolean): TemplateResult {
    const { words, format } = this;
    return html`<details ?open=${open}>
      <summary>
        <span class="line">
          ${node.window ? nothing : this.figure(node)}
          <span class="name">${nodeName(node, format)}</span>
          <method-mark .method=${node.method}></method-mark>
          <span class="small">${nodeTime(node, words, format)}</span>
          ${node.flags.map((flag) => html`<span class="small flag">${icon("flag", 13)} ${this.text(flag.text)}</span>`)}
        </span>
      </summary>
      <div class="inner">${node.window ? nothing : html`<made-view .node=${node}></made-view>`} ${this.below(node)}</div>
    </details>`;
  }

  /** Of one value; a window of many is told by its range. */
  private figure(node: LineageNode) {
    const unit = node.value === null ? "" : unitText(node, this.format);
    return html`<b>${nodeFigure(node, this.words, this.format)}</b> ${unit ? html`<span class="small">${unit}</span>` : nothing}`;
  }

  private heading(node: LineageNode): string {
    const { why } = this.words;
    if (node.window) return why.newest(this.format.exact(node.inputs.length));
    return takenOver(node) ? why.takenFrom : why.from;
  }

  private below(node: LineageNode) {
    const { why } = this.words;
    const { inputs } = node;
    const unnamed = node.made && "unnamed" in node.made ? node.made.unnamed : 0;
    const exact = (count: number) => this.format.exact(count);
    return html`
      ${inputs.length ? html`<p class="small from">${this.heading(node)}</p>` : nothing}
      ${inputs.length ? html`<ul>${inputs.map((each) => html`<li>${this.one(each, inputs.length === 1)}</li>`)}</ul>` : nothing}
      ${unnamed ? html`<p class="small from">${why.unnamed(exact(unnamed))}</p>` : nothing}
      ${node.hidden ? html`<p class="small from">${why.hidden(exact(node.hidden))}</p>` : nothing}
      ${node.cut && !node.window ? html`<p class="small from">${why.cut}</p>` : nothing}
    `;
  }
}
