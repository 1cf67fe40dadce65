/** What of the past can be replayed, and what is being replayed: a section of the Time page. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api } from "../api/client";
import type { Recording, Replay, ReplayWish } from "../api/replay-types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import "./history-form";
import { addressOf, shownReplay } from "./replays";

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

      li > .button,
      .acts {
        grid-column: 2;
        grid-row: 1 / span 2;
      }

      .acts {
        display: flex;
        gap: 0.375rem;
      }

      .button {
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
      ${this.listed(told.now, this.replays.filter(({ state }) => state !== "ended"))}
      ${this.listed(told.kept, this.replays.filter(({ state }) => state === "ended"))}
      ${this.refusal ? html`<p class="notice" role="alert">${told.refused(this.refusal)}</p>` : nothing}
      ${this.recordings.length
        ? html`<ul>
            ${this.recordings.map((recording) => this.offered(recording))}
          </ul>`
        : html`<div class="empty"><strong>${told.none}</strong><p>${told.noneDetail}</p></div>`}
      ${this.may && shownReplay === null
        ? html`<history-form
            .replays=${this.replays}
            @wish=${(event: CustomEvent<ReplayWish>) => this.start(event.detail)}
          ></history-form>`
        : nothing}
    `;
  }

  private get may(): boolean {
    return store.session?.permissions.includes("replays.run") === true;
  }

  private listed(head: string, replays: readonly Replay[]) {
    if (!replays.length) return nothing;
    return html`<div class="section-head"><h2>${head}</h2></div>
      <ul>
        ${replays.map((replay) => this.there(replay))}
      </ul>`;
  }

  private there(replay: Replay) {
    const told = this.words.replay;
    const { state, moment, speed, begin, until } = replay;
    const ended = state === "ended";
    const how = [told.states[state], this.format.moment(moment), ended ? "" : told.times(this.format.exact(speed))];
    return html`<li>
      <p>${this.text(replay.title)}</p>
      <p class="small">
        ${this.format.moment(begin)} – ${this.format.moment(until)}<br />${how.filter(Boolean).join(" · ")}
      </p>
      <span class="acts">
        <a class="button" href=${addressOf(replay.tenant, ended ? "time" : "now")}>${told.open}</a>
        ${ended && this.may ? html`<button class="button" @click=${() => this.erase(replay)}>${told.erase}</button>` : nothing}
      </span>
    </li>`;
  }

  private offered(recording: Recording) {
    const told = this.words.replay;
    const mine = this.replays.filter((replay) => replay.id === `replay-${recording.id}`);
    const goes = mine.some(({ state }) => state !== "ended");
    const busy = this.starting === recording.id;
    return html`<li>
      <p>${this.text(recording.title)}</p>
      <p class="small">${recording.city.name} · ${this.format.day(recording.begin)} – ${this.format.day(recording.until)}</p>
      ${this.may && !recording.missing && !goes
        ? html`<button class="button" ?disabled=${this.starting !== null} @click=${() => this.start({ recording: recording.id, speed: FIRST_SPEED })}>
            ${busy ? told.starting : told.start}
          </button>`
        : nothing}
      ${recording.missing
        ? html`<p class="small absent"><b>${told.absent}.</b> ${this.text(recording.missing)}</p>`
        : html`<p class="small absent">
            ${this.text(recording.note)} ${this.may && mine.length && !goes ? html`<b>${told.startsAnew}</b>` : nothing}
          </p>`}
    </li>`;
  }

  private async start(wish: ReplayWish): Promise<void> {
    this.starting = wish.recording;
    this.refusal = null;
    try {
      const replay = await api.startReplay(wish);
      window.location.assign(addressOf(replay.tenant, "now"));
    } catch (cause) {
      this.refusal = this.saidOf(cause);
      this.starting = null;
    }
  }

  private async erase(replay: Replay): Promise<void> {
    try {
      await api.steerReplay(replay.id, { act: "end", keep: false });
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
    await this.lookOn();
  }

  private async look(): Promise<void> {
    this.recordings = await api.recordings().catch(() => []);
    await this.lookOn();
  }

  private async lookOn(): Promise<void> {
    this.replays = await api.replays().catch(() => this.replays);
  }
}
