/** What an update changes against the warning that it takes the place of: each thing before and after. */
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Warning } from "../api/warning-types";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { type Difference, differences } from "./differences";
import { WarningView } from "./warning-view";

@customElement("warning-changes")
export class WarningChanges extends WarningView {
  @property({ attribute: false }) was!: Warning;
  @property({ attribute: false }) draft!: Warning;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.375rem 1rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      dt {
        color: var(--ink3);
      }

      del {
        color: var(--ink2);
      }

      ins {
        display: block;
        text-decoration: none;
        font-weight: 500;
      }

      p {
        padding: 0.75rem 1.125rem;
      }
    `,
  ];

  protected override render() {
    const found = differences(this.was, this.draft);
    return html`<div class="section-head"><h2>${this.say.changes}</h2></div>
      ${found.length ? html`<dl>${found.map((each) => this.line(each))}</dl>` : html`<p class="small">${this.say.noChanges}</p>`}`;
  }

  private line(each: Difference) {
    const [before, after] = this.told(each);
    const { say } = this;
    return html`<dt>${this.label(each)}</dt>
      <dd>
        <del><span class="unseen">${say.before}: </span>${before || say.nothing}</del>
        <ins><span class="unseen">${say.after}: </span>${after || say.nothing}</ins>
      </dd>`;
  }

  private label(each: Difference): string {
    const { fields } = this.say;
    if (each.of === "words") return `${fields[each.part]} (${each.language})`;
    return each.of === "ground" ? fields.areas : fields[each.field];
  }

  private told(each: Difference): [string, string] {
    if (each.of === "words") return [each.before, each.after];
    if (each.of === "time") return [this.moment(each.before), this.moment(each.after)];
    if (each.of === "ground") return [this.places(each.before), this.places(each.after)];
    const texts: Record<string, string> = this.say[each.field];
    return [texts[each.before] ?? each.before, texts[each.after] ?? each.after];
  }

  private moment(at: string | null): string {
    return at ? this.format.moment(at) : this.say.now;
  }

  private places(named: readonly string[]): string {
    return named.map((each) => store.areas.find(({ code }) => code === each)?.name ?? each).join(", ");
  }
}
