/** The wall in turn: by the city's written rule the gravest open incidents, and between them the whole city. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Incident } from "../api/types";
import { View } from "../frame/view";
import { inOrderOfUrgency } from "../live/incidents";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { inList } from "./choice";
import { operations } from "./operations";

/** Which incidents the wall shows in turn. */
export function toured(incidents: Iterable<Incident>, priorities: readonly number[], most: number): Incident[] {
  const grave = [...incidents].filter((each) => inList(each, "open", {}) && each.location && priorities.includes(each.priority ?? 0));
  return inOrderOfUrgency(grave).slice(0, most);
}

@customElement("wall-tour")
export class WallTour extends View {
  @state() private stop = -1;

  private timer = 0;
  private seconds = 0;

  static override readonly styles = css`
    p {
      margin: 0;
      padding: 0.375rem 1.125rem;
      color: var(--ink2);
      font-size: 0.8125rem;
    }
  `;

  override disconnectedCallback(): void {
    window.clearInterval(this.timer);
    this.seconds = 0;
    super.disconnectedCallback();
  }

  protected override willUpdate(): void {
    const seconds = operations()?.wall.seconds ?? 0;
    if (seconds === this.seconds) return;
    this.seconds = seconds;
    window.clearInterval(this.timer);
    if (seconds) this.timer = window.setInterval(() => this.turn(), seconds * 1000);
  }

  /** After the last the whole city, then the first again. */
  private turn(): void {
    const all = this.all();
    this.stop = this.stop + 1 >= all.length ? -1 : this.stop + 1;
    const shown = all[this.stop];
    screenState.adjust({ incident: shown?.id ?? null });
    if (shown) screenState.showOnMap(shown.id);
    else if (all.length) screenState.showWholeCity();
  }

  private all(): Incident[] {
    const wall = operations()?.wall;
    return wall ? toured(store.incidents.values(), wall.priorities, wall.most) : [];
  }

  protected override render() {
    const all = this.all();
    if (this.stop < 0 || !all[this.stop]) return nothing;
    return html`<p>${this.words.incidents.tour(String(this.stop + 1), String(all.length))}</p>`;
  }
}
