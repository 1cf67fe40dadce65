/** Every report section that services show here. */
import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { View } from "../frame/view";
import { report } from "../live/report";
import { controls } from "../theme/controls";
import "./report-section";
import "./service-papers";

@customElement("report-sections")
export class ReportSections extends View {
  static override readonly styles = [controls];

  override connectedCallback(): void {
    super.connectedCallback();
    report.follow();
  }

  protected override render() {
    return html`<service-papers></service-papers>${report.declared.map(({ id }) => {
      const section = report.sections.get(id);
      return section ? html`<report-section .section=${section}></report-section>` : nothing;
    })}`;
  }
}
