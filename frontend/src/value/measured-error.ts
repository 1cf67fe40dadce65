/** How far such courses have been from what came, in a sentence: beside the chart, and where one asks why. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Value } from "../api/types";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import { measuredError } from "./course";
import { unitText } from "./words";

@customElement("measured-error")
export class MeasuredErrorView extends View {
  /** What the entity of the course tells beside it. */
  @property({ attribute: false }) facts: readonly Value[] = [];

  static override readonly styles = [
    controls,
    css`
      :host {
        display: block;
      }
    `,
  ];

  protected override render() {
    const found = measuredError(this.facts);
    if (!found) return nothing;
    const { course } = this.words;
    const exact = (value: number) => this.format.exact(value);
    const figure = `${exact(found.error.value as number)} ${unitText(found.error, this.format)}`.trim();
    return html`<p class="small">
      ${course.error(figure, exact(found.days))} ${course.plain(exact(found.persistence), exact(found.hourOfDay))} ${course.held(exact(found.held), exact(found.count))}
    </p>`;
  }
}
