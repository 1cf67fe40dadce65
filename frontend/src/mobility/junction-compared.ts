/** The report of a junction before and after, by two of its surveys, as PDF. */
import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { servicePaper, serviceRead } from "../api/service-read";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { Reading } from "../views/reading";
import { MobilityView } from "./mobility-view";

interface JunctionSurvey {
  key: string;
  name: string;
  since: string;
  until: string;
}

interface JunctionSurveys {
  surveys: JunctionSurvey[];
  timed: boolean;
}

@customElement("junction-compared")
export class JunctionCompared extends MobilityView {
  /** As the study of the junction is called. */
  @property() junction = "";
  @state() private earlier = "";
  @state() private later = "";
  @state() private problem = "";
  @state() private busy = false;
  private readonly reading = new Reading<JunctionSurveys>(this, {
    key: () => this.junction,
    read: (signal) => serviceRead("mobility", `${this.path()}/surveys`, {}, signal),
    got: ({ surveys }) => {
      this.earlier = surveys.at(-2)?.key ?? "";
      this.later = surveys.at(-1)?.key ?? "";
    },
  });

  static override readonly styles = [
    controls,
    panelParts,
    css`
      .asked {
        display: grid;
        gap: 0.75rem;
        padding: 0.625rem 1.125rem 1rem;
        max-width: 32rem;
      }

      .asked .button {
        justify-self: start;
      }
    `,
  ];

  protected override render() {
    const words = this.say.counting;
    return html`<section aria-label=${words.comparedTitle}>
      <div class="section-head"><h2>${words.comparedTitle}</h2></div>
      ${this.body()}
    </section>`;
  }

  private body() {
    const words = this.say.counting;
    const known = this.reading.value;
    if (!known) return this.stateOf(this.reading);
    if (known.surveys.length < 2) return html`<p class="empty">${words.comparedFew}</p>`;
    if (!known.timed) return html`<p class="empty">${words.comparedUntimed}</p>`;
    const chosen = (key: string) => known.surveys.findIndex((each) => each.key === key);
    const wrong = chosen(this.earlier) >= chosen(this.later);
    return html`<div class="asked">
      <p class="small">${words.comparedHow}</p>
      ${this.choice(words.surveyBefore, known.surveys, this.earlier, (key) => (this.earlier = key))}
      ${this.choice(words.surveyAfter, known.surveys, this.later, (key) => (this.later = key))}
      ${wrong ? html`<p class="small" role="alert">${words.comparedSame}</p>` : ""}
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : ""}
      <button class="button" ?disabled=${this.busy || wrong} @click=${() => void this.print()}>${words.comparedPrint}</button>
    </div>`;
  }

  private choice(label: string, surveys: readonly JunctionSurvey[], chosen: string, set: (key: string) => void) {
    return html`<label class="field">${label}
      <select @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
        ${surveys.map(({ key, name, since }) => html`<option value=${key} ?selected=${key === chosen}>${name} · ${this.format.moment(since)}</option>`)}
      </select>
    </label>`;
  }

  private path(): string {
    return `junction-plans/${encodeURIComponent(this.junction)}`;
  }

  private async print(): Promise<void> {
    Object.assign(this, { busy: true, problem: "" });
    try {
      const asked = { before: this.earlier, after: this.later, lang: screenState.language };
      const address = URL.createObjectURL(await servicePaper("mobility", `${this.path()}/compared`, asked));
      window.open(address, "_blank", "noopener");
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (cause) {
      this.problem = this.saidOf(cause);
    } finally {
      this.busy = false;
    }
  }
}
