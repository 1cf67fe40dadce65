/** Steers the replay that is shown: the day's clock, run and pause, speed, seek, loop, end, back to the city. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import type { Replay, ReplayAct } from "../api/replay-types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { addressOf, shownReplay, SPEEDS } from "./replays";
import "./replay-track";

const LOOK_MS = 1000;

@customElement("replay-bar")
export class ReplayBar extends View {
  @state() private replay: Replay | null = null;
  @state() private density: readonly number[] = [];
  @state() private ending = false;
  @state() private gone = false;
  @state() private refusal: string | null = null;
  private preparing = false;
  private timer = 0;

  static override readonly styles = [
    controls,
    css`
      section {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 0.875rem;
        padding: 0.375rem 1.125rem;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }

      .name {
        max-width: 16rem;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      time b {
        font: 600 1.0625rem/1.5rem var(--text);
      }

      time {
        color: var(--ink2);
        font-size: 0.8125rem;
        white-space: nowrap;
      }

      replay-track {
        flex: 1 1 14rem;
      }

      .speeds {
        display: flex;
      }

      .speeds button {
        padding: 0.25rem 0.5rem;
        border: 1px solid var(--line);
        font-size: 0.8125rem;
        color: var(--ink2);
      }

      .speeds button + button {
        border-left: 0;
      }

      .speeds button:first-child {
        border-radius: 0.375rem 0 0 0.375rem;
      }

      .speeds button:last-child {
        border-radius: 0 0.375rem 0.375rem 0;
      }

      button[aria-pressed="true"],
      .speeds button[aria-pressed="true"] {
        background: var(--exercise);
        border-color: var(--exercise);
        color: #ffffff;
        font-weight: 600;
      }

      a.button {
        color: var(--ink);
        text-decoration: none;
      }

      .play {
        min-width: 6.5rem;
        text-align: center;
      }

      .told {
        flex-basis: 100%;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 0.875rem;
        font-size: 0.8125rem;
      }

      progress {
        width: 12rem;
        accent-color: var(--exercise);
      }

      @media (max-width: 48rem) {
        .name,
        .count {
          display: none;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    if (shownReplay === null) return;
    void this.look();
    this.timer = window.setInterval(() => void this.look(), LOOK_MS);
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.timer);
    super.disconnectedCallback();
  }

  protected override render() {
    const { replay, words } = this;
    const told = words.replay;
    if (this.gone) return this.lost();
    if (!replay) return nothing;
    const may = store.session?.permissions.includes("replays.run") === true && replay.state !== "ended";
    const now = store.present();
    return html`<section aria-label=${told.label}>
      <span class="name cut-off">${this.text(replay.title)}</span>
      ${may ? this.playing(replay) : nothing}
      <time role="timer" aria-live="off" datetime=${now.toISOString()}
        ><b>${this.format.hour(now)}</b> ${this.format.zone} · ${this.format.weekday(now)}</time
      >
      <replay-track
        .replay=${replay}
        .density=${this.density}
        .moment=${now.getTime()}
        .told=${(moment: string) => this.format.moment(moment)}
        label=${told.seek}
        ?fixed=${!may}
        @seek=${(event: CustomEvent<string>) => this.steer({ act: "seek", at: event.detail })}
      ></replay-track>
      <span class="small count">${this.count(replay)}</span>
      ${may ? this.speeds(replay) : nothing}
      ${may
        ? html`<button class="button" aria-pressed=${replay.loop} @click=${() => this.steer({ act: "loop", loop: !replay.loop })}>
              ${told.loop}
            </button>
            <button class="button" aria-expanded=${this.ending} @click=${() => (this.ending = !this.ending)}>${told.end}</button>`
        : nothing}
      <a class="button" href=${addressOf(null, "time")}>${told.back}</a>
      ${this.progress(replay)} ${this.ending && may ? this.end() : nothing}
      ${this.refusal ? html`<p class="told" role="alert">${told.refused(this.refusal)}</p>` : nothing}
    </section>`;
  }

  private playing(replay: Replay) {
    const { run, pause, states } = this.words.replay;
    if (replay.state === "preparing") return html`<button class="button play" disabled>${states.preparing}</button>`;
    const runs = replay.state === "running";
    return html`<button class="button primary play" @click=${() => this.steer({ act: runs ? "pause" : "run" })}>
      ${runs ? pause : run}
    </button>`;
  }

  private speeds(replay: Replay) {
    const { speed, times } = this.words.replay;
    return html`<div class="speeds" role="group" aria-label=${speed}>
      ${SPEEDS.map(
        (each) => html`<button aria-pressed=${replay.speed === each} @click=${() => this.steer({ act: "speed", speed: each })}>
          ${times(this.format.exact(each))}
        </button>`,
      )}
    </div>`;
  }

  private count({ events, notifications }: Replay): string {
    const told = this.words.replay;
    if (events.total === null) return "";
    const counted = told.events(this.format.exact(events.arrived), this.format.exact(events.total));
    return notifications.held ? `${counted} · ${told.held(this.format.exact(notifications.held))}` : counted;
  }

  private progress(replay: Replay) {
    const { states, steps, stepOf } = this.words.replay;
    const { preparation } = replay;
    if (replay.state === "failed") return html`<p class="told" role="alert">${states.failed}: ${replay.failure}</p>`;
    if (replay.state !== "preparing") return nothing;
    return html`<p class="told" role="status">
      ${states.preparing}
      <progress max="1" .value=${replay.progress} aria-label=${states.preparing}></progress>
      ${preparation
        ? html`<span
            >${steps[preparation.step]}${preparation.done
              ? ` · ${stepOf(this.format.exact(preparation.done), preparation.total === null ? "" : this.format.exact(preparation.total))}`
              : nothing}</span
          >`
        : nothing}
    </p>`;
  }

  private lost() {
    const told = this.words.replay;
    return html`<section aria-label=${told.label}>
      <p role="status">${told.gone}</p>
      <a class="button" href=${addressOf(null, "time")}>${told.back}</a>
    </section>`;
  }

  private end() {
    const told = this.words.replay;
    return html`<p class="told">
      ${told.endExplained}
      <button class="button" @click=${() => this.leave(false)}>${told.endErase}</button>
      <button class="button" @click=${() => this.leave(true)}>${told.endKeep}</button>
      <button class="button" @click=${() => (this.ending = false)}>${told.cancel}</button>
    </p>`;
  }

  private async look(): Promise<void> {
    if (shownReplay === null) return;
    try {
      this.show(await api.replay(shownReplay));
      this.gone = false;
    } catch (cause) {
      this.gone = cause instanceof Problem && cause.status === 404;
      if (!this.gone) return;
      this.replay = null;
      store.bringTo(null);
    }
  }

  private show(replay: Replay): void {
    this.replay = replay;
    if (this.preparing && replay.state !== "preparing") void this.seeTheCity();
    this.preparing = replay.state === "preparing";
    if (replay.density?.length) this.density = replay.density;
    store.bringTo(replay.state === "preparing" ? new Date(replay.moment) : null);
    store.hearClock(replay.clock);
  }

  /** A city that was made while it was looked at has got its areas and its map since: then the page begins again. */
  private async seeTheCity(): Promise<void> {
    const [{ basemap, roads }, areas] = await Promise.all([api.city(), api.areas()]);
    const same = basemap === store.city?.basemap && roads === store.city.roads && areas.length === store.areas.length;
    if (!same) window.location.reload();
  }

  private async steer(act: ReplayAct): Promise<void> {
    if (shownReplay === null) return;
    this.refusal = null;
    try {
      this.show(await api.steerReplay(shownReplay, act));
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
  }

  private async leave(keep: boolean): Promise<void> {
    if (shownReplay === null) return;
    await api.steerReplay(shownReplay, { act: "end", keep });
    window.location.assign(addressOf(null, "time"));
  }
}
