/** Where data came from: publisher, year, licence, files. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Source } from "../api/types";
import { View } from "../frame/view";
import { controls } from "../theme/controls";

@customElement("source-card")
export class SourceCard extends View {
  @property({ attribute: false }) source!: Source;

  static override readonly styles = [
    controls,
    css`
      article {
        display: grid;
        gap: 0.375rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      h3 {
        font: 500 0.875rem/1.25rem var(--text);
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.125rem 0.875rem;
        font-size: var(--t12);
        line-height: 1.0625rem;
      }

      dt {
        color: var(--ink3);
      }

      dd {
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const { source, words } = this;
    return html`<article>
      <h3>${this.text(source.title)}</h3>
      ${source.note ? html`<p class="small">${this.text(source.note)}</p>` : nothing}
      <dl>
        ${this.line(words.source.publisher, source.publisher)} ${this.line(words.source.year, source.year)}
        ${this.line(words.source.licence, [source.licence, this.text(source.licenceNote)].filter(Boolean).join(" · "))}
        ${this.line(words.source.retrieved, source.retrieved && this.format.day(source.retrieved))}
        ${this.line(words.source.files, this.files())} ${this.line(words.source.web, source.url)}
      </dl>
    </article>`;
  }

  private files(): string {
    const named = (this.source.files ?? []).map(({ name, rows }) =>
      rows === null || rows === undefined ? name : `${name} (${this.words.source.rows(this.format.exact(rows))})`,
    );
    return named.join(", ");
  }

  private line(term: string, text: string | number | null) {
    return text ? html`<dt>${term}</dt><dd>${text}</dd>` : nothing;
  }
}
