/** The exercise on the page Events: what the callers in one's hands say; to whoever leads it its script and how the room does. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Exercise, type ExerciseActName, type ExerciseInject, exercises, type Expected, type Voice } from "../api/exercise";
import type { CallKind } from "../api/calls";
import { View } from "../frame/view";
import { agencyName, categoryNames } from "../incidents/operations";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { EXERCISE_WORDS, type ExerciseWords } from "./words";

const ASK_EVERY_MS = 700;
const FAILED: readonly string[] = ["late", "wrong", "missed"];
const MARKS: Record<Expected["state"], string> = { met: "✓", late: "✗", wrong: "✗", missed: "✗", waiting: "…" };

@customElement("exercise-panel")
export class ExercisePanel extends View {
  @state() private exercise: Exercise | null = null;
  @state() private opened = false;
  @state() private ending = false;
  @state() private refusal: string | null = null;

  private timer = 0;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      section {
        border-bottom: 1px solid var(--line);
        border-inline-start: 4px solid var(--exercise);
      }

      .voice {
        display: grid;
        gap: 0.25rem;
        padding: 0.75rem 1.125rem;
        border-top: 1px solid var(--line);
      }

      .voice blockquote {
        margin: 0;
        font: 500 1.0625rem/1.625rem var(--text);
      }

      .bar,
      .line {
        padding: 0.375rem 1.125rem;
      }

      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: center;
      }

      progress {
        flex: 1;
        min-width: 6rem;
        height: 0.5rem;
        accent-color: var(--exercise);
      }

      .injects {
        max-height: 20rem;
        overflow: auto;
        border-top: 1px solid var(--line);
      }

      .inject {
        display: grid;
        grid-template-columns: 3rem 1fr;
        gap: 0.125rem 0.75rem;
        padding: 0.375rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      .inject > :not(time) {
        grid-column: 2;
      }

      .inject > time + * {
        grid-row: 1;
      }

      .coming,
      time {
        color: var(--ink3);
      }

      .failed {
        color: var(--danger);
      }

      .link {
        color: var(--accent);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => void this.read(), ASK_EVERY_MS);
    void this.read();
  }

  override disconnectedCallback(): void {
    window.clearInterval(this.timer);
    super.disconnectedCallback();
  }

  protected override render() {
    const { exercise } = this;
    if (!exercise) return nothing;
    const told = this.told;
    return html`<section aria-label=${told.title}>
      <div class="section-head">
        <h2>${this.text(exercise.title)}</h2>
        <span class="small">${told.states[exercise.state]} · ${told.elapsed(minute(exercise.elapsed), minute(exercise.length))}</span>
      </div>
      ${exercise.state === "ready" && !this.leads ? html`<p class="small line">${told.waits}</p>` : nothing}
      ${(exercise.voices ?? []).map((voice) => this.voice(voice))} ${this.leads ? this.lead(exercise) : nothing}
      ${this.refusal ? html`<p role="alert" class="small line">${this.refusal}</p>` : nothing}
      ${exercise.state === "over" ? this.reports() : nothing}
    </section>`;
  }

  private get told(): ExerciseWords {
    return EXERCISE_WORDS[screenState.language];
  }

  private get leads(): boolean {
    return store.session?.permissions.includes("exercises.run") ?? false;
  }

  private voice(voice: Voice) {
    const told = this.told;
    return html`<div class="voice" role="group" aria-label=${told.says}>
      <span class="small">${told.says} · ${voice.caller}</span>
      <blockquote>${this.text(voice.words)}</blockquote>
      <span class="small">${told.read}</span>
    </div>`;
  }

  private lead(exercise: Exercise) {
    const told = this.told;
    const { score } = exercise;
    const failed = score ? score.late + score.wrong + score.missed : 0;
    const number = (value: number) => this.format.exact(value);
    const over = exercise.state === "over";
    return html`<div class="bar">
        <progress max=${exercise.length} .value=${Math.min(exercise.elapsed, exercise.length)} aria-label=${told.title}></progress>
        ${over
          ? nothing
          : html`${exercise.state === "running" ? this.button("pause", told.pause) : this.button("start", told.start, true)}
            ${this.button("press-on", told.next)}
            <button class="button" @click=${this.end} @blur=${() => (this.ending = false)}>${this.ending ? told.endAgain : told.end}</button>`}
        ${exercise.speed === 1 ? nothing : html`<span class="small">${told.speed(String(exercise.speed))}</span>`}
      </div>
      ${score
        ? html`<p class="line">
            <button class="link" aria-expanded=${this.opened} @click=${() => (this.opened = !this.opened)}>
              ${told.score(number(score.met), number(failed), number(score.waiting))}
            </button>
          </p>`
        : nothing}
      ${this.opened ? html`<ol class="injects" tabindex="0">${(exercise.injects ?? []).map((inject) => this.inject(inject))}</ol>` : nothing}`;
  }

  private inject(inject: ExerciseInject) {
    const told = this.told;
    const noticed = inject.noticed === null ? told.notNoticed : told.noticed(this.format.exact(inject.noticed), inject.by);
    return html`<li class="inject ${inject.givenAt ? "" : "coming"}">
      <time>${minute(inject.at)}</time>
      ${inject.incident && inject.givenAt
        ? html`<button class="link" @click=${() => screenState.openIncident(inject.incident ?? "")}>${this.text(inject.title)}</button>`
        : html`<span>${this.text(inject.title)}</span>`}
      ${inject.givenAt && inject.expected.length ? html`<span>${noticed}</span>` : nothing}
      ${inject.givenAt ? inject.expected.map((each) => this.expected(each)) : nothing}
    </li>`;
  }

  private expected(each: Expected) {
    const told = this.told;
    const failed = FAILED.includes(each.state);
    const exact = (value: number) => this.format.exact(value);
    const span = (seconds: number) => (seconds % 60 || !seconds ? told.seconds(exact(seconds)) : told.minutes(exact(seconds / 60)));
    const came = each.state === "met" || each.state === "late" ? `${span(each.took ?? 0)}` : told.outcome[each.state];
    const got = each.state === "wrong" && each.got ? ` (${this.named(each, each.got)})` : "";
    return html`<span class=${failed ? "failed" : ""}>
      ${MARKS[each.state]} ${told.what[each.what] ?? each.what}${each.wanted ? ` ${this.named(each, each.wanted)}` : ""}${each.within ? ` ${told.within(span(each.within))}` : ""}:
      ${came}${got}${each.state === "late" ? ` · ${told.outcome.late}` : ""}
    </span>`;
  }

  /** A code of the script in words. */
  private named(each: Expected, code: string): string {
    if (each.what === "dispatched") return this.text(agencyName(code));
    if (each.what === "kind") return this.words.calls.kinds[code as CallKind] ?? code;
    if (each.what === "joins") return this.text(this.exercise?.injects?.find(({ id }) => id === code)?.title ?? code);
    const [category, sub] = code.split("/");
    return each.what === "category"
      ? categoryNames(category ?? "", sub ?? null)
          .map((name) => this.text(name))
          .join(" · ")
      : code;
  }

  private reports() {
    return html`<p class="line">
      ${this.told.report}
      ${(["id", "en", "ja"] as const).map(
        (language) => html` <a class="link" href=${exercises.report(language)} target="_blank" rel="noopener">PDF ${language.toUpperCase()}</a>`,
      )}
    </p>`;
  }

  private button(act: ExerciseActName, label: string, first = false) {
    return html`<button class="button ${first ? "primary" : ""}" @click=${() => this.act(act)}>${label}</button>`;
  }

  private end(): void {
    if (!this.ending) {
      this.ending = true;
      return;
    }
    this.ending = false;
    void this.act("end");
  }

  private async act(act: ExerciseActName): Promise<void> {
    try {
      this.exercise = { ...(this.exercise ?? {}), ...(await exercises.act(act)) };
      this.refusal = null;
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
  }

  private async read(): Promise<void> {
    if (document.visibilityState === "hidden") return;
    this.exercise = await exercises.now().catch(() => this.exercise);
  }
}

/** "2:05" of 125 seconds. */
function minute(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;
}
