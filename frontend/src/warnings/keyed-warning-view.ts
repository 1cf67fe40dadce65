/** Base of the screens of warnings that are worked by keys: they hear those that are meant for nobody else. */
import { typing } from "../lists/list-keys";
import { screenState } from "../screen/screen";
import { WarningView } from "./warning-view";

export abstract class KeyedWarningView extends WarningView {
  private readonly onKey = (event: KeyboardEvent) => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || screenState.state.why) return;
    this.key(event);
  };

  protected abstract key(event: KeyboardEvent): void;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", this.onKey, { capture: true });
  }

  override disconnectedCallback(): void {
    window.removeEventListener("keydown", this.onKey, { capture: true });
    super.disconnectedCallback();
  }
}
