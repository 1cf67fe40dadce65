/** The timing sheet of a study, as PDF in the reader's language. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { servicePaper } from "../api/service-read";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "./junction-compared";
import { MobilityView } from "./mobility-view";

@customElement("mobility-study-sheet")
export class StudySheet extends MobilityView {
  @state() private problem = "";
  @state() private busy = false;

  static override readonly styles = [controls, panelParts];

  protected override render() {
    const words = this.say.counting;
    return html`<p class="text small">${words.sheetHow}</p>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      <button class="button" ?disabled=${this.busy} @click=${() => void this.print()}>${words.sheet}</button>
      <junction-compared .junction=${this.entity?.split(":").at(-1) ?? ""}></junction-compared>`;
  }

  private async print(): Promise<void> {
    const junction = this.entity?.split(":").at(-1) ?? "";
    this.busy = true;
    this.problem = "";
    try {
      const paper = await servicePaper("mobility", `junction-plans/${encodeURIComponent(junction)}/sheet`, { lang: screenState.language });
      const address = URL.createObjectURL(paper);
      window.open(address, "_blank", "noopener");
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (cause) {
      this.problem = this.saidOf(cause);
    } finally {
      this.busy = false;
    }
  }
}
