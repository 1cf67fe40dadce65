/** What of the past can be replayed, and what is being replayed: a section of the Time page. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import type { Recording, Replay } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { addressOf } from "./replays";

const FIRST_SPEED = 60;
const LOOK_MS = 3000;

@customElement("replay-panel")
export class ReplayPanel extends View {
  @state() private recordings: readonly Recording[] | null = null;
  @state() private replays: readonly Replay[] = [];
  @state() private starting: string | null = null;
  @state() private refusal: string | null = null;
  private timer = 0;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .lead {
        padding: 0.625rem 1.125rem 0;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      li {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.125rem 0.75rem;
        align-items: start;
        padding: 0.625rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      li p {
        grid-column: 1;
      }

      li .button {
        grid-column: 2;
        grid-row: 1 / span 2;
        text-decoration: none;
        color: var(--ink);
      }

      .absent {
        grid-column: 1 / -1;
        overflow-wrap: anywhere;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
    this.timer = window.setInterval(() => void this.lookOn(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.timer);
    super.disconnectedCallback();
  }

  protected override render() {
    const told = this.words.replay;
    if (this.recordings === null) return nothing;
    return html`
      <div class="section-head"><h2>${told.head}</h2></div>
      <p class="lead">${told.lead}</p>
      ${this.replays.length
        ? html`<div class="section-head"><h2>${told.now}</h2></div>
            <ul>
              ${this.replays.map((replay) => this.going(replay))}
            </ul>`
        : nothing}
      ${this.refusal ? html`<p class="notice" role="alert">${told.refused(this.refusal)}</p>` : nothing}
      ${this.recordings.length
        ? html`<ul>
            ${this.recordings.map((recording) => this.offered(recording))}
          </ul>`
        : html`<div class="empty"><strong>${told.none}</strong><p>${told.noneDetail}</p></div>`}
    `;
  }

  private going(replay: Replay) {
    const told = this.words.replay;
    return html`<li>
      <p>${this.text(replay.title)}</p>
      <p class="small">${told.states[replay.state]} · ${this.format.moment(replay.moment)} · ${told.times(this.format.exact(replay.speed))}</p>
      <a class="button" href=${addressOf(replay.tenant, "now")}>${told.open}</a>
    </li>`;
  }

  private offered(recording: Recording) {
    const told = this.words.replay;
    const may = store.session?.permissions.includes("replays.run") === true;
    const goes = this.replays.some((replay) => replay.recording === recording.id && replay.state !== "ended");
    const busy = this.starting === recording.id;
    return html`<li>
      <p>${this.text(recording.title)}</p>
      <p class="small">${recording.city.name} · ${this.format.day(recording.begin)} – ${this.format.day(recording.until)}</p>
      ${may && !recording.missing && !goes
        ? html`<button class="button" ?disabled=${this.starting !== null} @click=${() => this.start(recording)}>
            ${busy ? told.starting : told.start}
          </button>`
        : nothing}
      ${recording.missing
        ? html`<p class="small absent"><b>${told.absent}.</b> ${this.text(recording.missing)}</p>`
        : html`<p class="small absent">${this.text(recording.note)}</p>`}
    </li>`;
  }

  private async start(recording: Recording): Promise<void> {
    this.starting = recording.id;
    this.refusal = null;
    try {
      const replay = await api.startReplay({ recording: recording.id, speed: FIRST_SPEED });
      window.location.assign(addressOf(replay.tenant, "now"));
    } catch (cause) {
      this.refusal = cause instanceof Problem ? cause.message || this.words.serverSilent : String(cause);
      this.starting = null;
    }
  }

  private async look(): Promise<void> {
    this.recordings = await api.recordings().catch(() => []);
    await this.lookOn();
  }

  private async lookOn(): Promise<void> {
    this.replays = await api.replays().catch(() => this.replays);
  }
}
