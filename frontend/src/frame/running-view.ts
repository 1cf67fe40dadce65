/** Base of what is drawn again at every beat: clocks that run, ages that grow. */
import { second, type Ticker } from "../live/ticker";
import { View } from "./view";

export class RunningView extends View {
  protected readonly beats: Ticker = second;
  private readonly beat = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.beats.join(this.beat);
  }

  override disconnectedCallback(): void {
    this.beats.leave(this.beat);
    super.disconnectedCallback();
  }
}
