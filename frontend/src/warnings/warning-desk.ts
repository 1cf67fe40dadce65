/** The room of warnings, on Events: the lists, one of them, or the form. */
import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { screenState } from "../screen/screen";
import { loadJapaneseFace } from "../theme/faces";
import { book } from "./warning-book";
import { readOpened } from "./warning-address";
import "./received-list";
import "./warning-detail";
import "./warning-form";
import "./warning-list";
import { WarningView } from "./warning-view";

@customElement("warning-desk")
export class WarningDesk extends WarningView {
  private readonly changed = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    book.addEventListener("change", this.changed);
    book.look();
    // Whatever language the reader has, the words of a warning are shown in all three.
    void loadJapaneseFace();
  }

  override disconnectedCallback(): void {
    book.removeEventListener("change", this.changed);
    book.leave();
    super.disconnectedCallback();
  }

  protected override render() {
    const opened = readOpened(screenState.state.warning ?? "");
    switch (opened.kind) {
      case "list":
        return html`<warning-list .all=${book.all} .problem=${book.problem}></warning-list>`;
      case "received":
        return html`<received-list .all=${book.received} .problem=${book.problem}></received-list>`;
      case "one":
        return html`<warning-detail .warningId=${opened.id} .known=${book.find(opened.id)} .all=${book.all ?? []}></warning-detail>`;
      default:
        return html`<warning-form
          .kind=${opened.kind}
          .of=${"id" in opened ? opened.id : ""}
          .incidentId=${opened.kind === "new" ? (screenState.state.incident ?? "") : ""}
        ></warning-form>`;
    }
  }
}
