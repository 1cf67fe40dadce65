/** Who has a junction now, since when and by whose order, why the plan is back, and whether the link stands. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { type Command, type OfferedCommand, work } from "../api/work";
import { store } from "../live/store";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import "../value/method-mark";
import { Reading } from "../views/reading";
import "../work/offer-box";
import type { JunctionLive } from "./junction-live";
import { MobilityView } from "./mobility-view";

const ABOUT_S = 10;
const LAST = 3;

@customElement("junction-status")
export class JunctionStatus extends MobilityView {
  @property({ attribute: false }) live!: JunctionLive;
  @property({ attribute: false }) place!: { id: string; name: string; type: string };

  private readonly commands = new Reading<{ offered: OfferedCommand[]; commands: Command[] }>(this, {
    key: () => (store.past === null && store.session?.permissions.includes("commands.give") ? this.place.id : null),
    read: () => work.commands(),
    every: ABOUT_S,
  });
  private offers: readonly OfferedCommand[] = [];

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .simulated {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.375rem 1.125rem;
        background: repeating-linear-gradient(135deg, color-mix(in srgb, var(--past) 26%, transparent) 0 8px, color-mix(in srgb, var(--past) 14%, transparent) 8px 16px);
        font-size: 0.8125rem;
      }

      .status {
        display: grid;
        gap: 0.25rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .label {
        color: var(--ink2);
        font: 500 var(--t12) / 1rem var(--text);
      }

      .who::first-letter {
        text-transform: uppercase;
      }

      .who {
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.125rem 0.5rem;
        font-size: 0.8125rem;
        color: var(--ink2);
      }

      .fallen {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--ink);
        font-weight: 500;
      }

      summary {
        width: max-content;
        cursor: pointer;
      }

      details {
        border-bottom: 1px solid var(--line);
      }

      details > summary {
        margin: 0.625rem 1.125rem;
      }

      .one {
        padding: 0.25rem 1.125rem;
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override render() {
    const { live, say } = this;
    return html`${live.method === "simulated"
        ? html`<p class="simulated" role="note"><method-mark method="simulated"></method-mark> ${say.junction.simulated}</p>`
        : nothing}
      <div class="status" role="status">
        <span class="label">${say.junction.runs}</span>
        <span class="who">${this.whoHasIt()}</span>
        ${live.reason ? html`<span class="fallen"><state-mark state="late"></state-mark> ${say.junction.fallen(this.wordOf(say.reasons, live.reason))}</span>` : nothing}
        ${live.refused ? html`<span class="fallen"><state-mark state="late"></state-mark> ${say.junction.refused(live.refused)}</span>` : nothing}
        <span class="line">${this.told().map((part) => html`<span>${part}</span>`)}</span>
        <span class="line" data-link=${live.alive}>
          <state-mark state=${live.alive ? "live" : "silent"}></state-mark>
          ${live.alive ? say.junction.linked : `${say.junction.cut}: ${live.linkFault}`}
        </span>
      </div>
      ${this.change()}`;
  }

  private whoHasIt(): string {
    const { live, say } = this;
    const mode = this.wordOf(say.modes, live.control);
    return live.control === "plan" && live.plan ? say.junction.planNamed(live.plan) : mode;
  }

  /** Ordered, since when, by whom, and what its controller takes. */
  private told(): string[] {
    const { live, say } = this;
    const last = this.orders().find(({ state }) => state === "done");
    const people = last ? [last.requestedBy, last.second].filter(Boolean).join(" + ") : "";
    return [
      live.mode === live.control ? "" : say.junction.ordered(this.wordOf(say.modes, live.mode)),
      live.since ? say.junction.since(this.format.moment(live.since)) : "",
      people ? say.junction.by(people) : "",
      say.junction.allowsWord(this.wordOf(say.allows, live.allows)),
    ].filter(Boolean);
  }

  private orders(): Command[] {
    const commands = this.commands.value?.commands ?? [];
    return commands.filter(({ targets, command }) => targets.includes(this.place.id) && command && "mode" in command);
  }

  private change() {
    const found = (this.commands.value?.offered ?? []).filter(({ service, form }) => service === "mobility" && form.some(({ entity }) => entity.includes(this.place.type)));
    if (found.length === 0) return nothing;
    // Read again every few seconds: a form that somebody fills in must not be made anew.
    if (found.map(({ action }) => action).join() !== this.offers.map(({ action }) => action).join()) this.offers = found;
    const { say } = this;
    const orders = this.orders().slice(0, LAST);
    return html`<details>
      <summary class="button">${say.junction.change}</summary>
      ${keyed(this.place.id, html`<offer-box .offers=${this.offers} .from=${this.place} .label=${this.words.work.giveOne} @asked=${() => void this.commands.again()}></offer-box>`)}
      ${orders.length ? html`<p class="one small">${say.junction.changes}</p>` : nothing}
      ${orders.map((each) => this.order(each))}
    </details>`;
  }

  private order(command: Command) {
    const { say, words } = this;
    const people = [command.requestedBy, command.second].filter(Boolean).join(" + ");
    const mode = this.wordOf(say.modes, String(command.command?.["mode"] ?? ""));
    return html`<p class="one">${[mode, words.work.commandStates[command.state], people, this.format.moment(command.endedAt ?? command.requestedAt)].filter(Boolean).join(" · ")}</p>`;
  }
}
