/** The commands that can be given about one place: those that ask for an entity of its type. */
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { OfferedCommand } from "../api/work";
import { work } from "../api/work";
import { View } from "../frame/view";
import { controls, panelParts } from "../theme/controls";
import "./offer-box";

@customElement("place-commands")
export class PlaceCommands extends View {
  @property({ attribute: false }) place!: { id: string; name: string; type: string };
  @state() private offered: readonly OfferedCommand[] = [];

  static override readonly styles = [controls, panelParts];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  private async read(): Promise<void> {
    this.offered = await work.offeredCommands().catch(() => []);
  }

  protected override render() {
    const { place } = this;
    const offers = this.offered.filter(({ form }) => form.some(({ entity }) => entity.includes(place.type)));
    if (offers.length === 0) return nothing;
    return html`
      <div class="section-head"><h2>${this.words.work.commands}</h2></div>
      <offer-box .offers=${offers} .from=${place} .label=${this.words.work.giveOne}></offer-box>
    `;
  }
}
