/** Runs of a reaction that failed again and again: of what, why, and running them again. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Problem } from "../api/client";
import { type ParkedRun, services } from "../api/services";
import { View } from "../frame/view";
import { controls } from "../theme/controls";
import { Lookout } from "../work/lookout";

@customElement("parked-runs")
export class ParkedRuns extends View {
  @property() service = "";
  @property() reaction = "";
  @state() private runs: readonly ParkedRun[] | null = null;
  @state() private problem = "";
  @state() private told = "";
  private readonly lookout = new Lookout(this, () => this.read());

  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
        margin: 0.25rem 0;
        padding-left: 0.75rem;
        border-left: 2px solid var(--line);
      }

      ul,
      li {
        grid-template-columns: minmax(0, 1fr);
      }

      ul {
        display: grid;
        gap: 0.75rem;
      }

      li {
        display: grid;
        gap: 0.25rem;
        justify-items: start;
      }

      strong {
        font-weight: 500;
        overflow-wrap: anywhere;
      }

      p {
        font-size: var(--t12);
        line-height: 1.0625rem;
        overflow-wrap: anywhere;
      }

      details {
        width: 100%;
        font-size: var(--t12);
      }

      summary {
        padding: 0.25rem 0;
        color: var(--ink2);
        cursor: pointer;
      }

      pre {
        margin: 0.25rem 0;
        padding: 0.5rem 0.625rem;
        max-height: 16rem;
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: 0.25rem;
        background: var(--bg);
        line-height: 1.0625rem;
      }
    `,
  ];

  private async read(): Promise<boolean> {
    try {
      this.runs = await services.parked(this.service, this.reaction);
    } catch (cause) {
      this.problem = said(cause, this.words.serverSilent);
    }
    return this.told !== "" && this.runs !== null && this.runs.length > 0;
  }

  private async runAgain(subject?: string): Promise<void> {
    Object.assign(this, { problem: "", told: "" });
    try {
      const { woken } = await services.runAgain(this.service, this.reaction, subject);
      this.told = this.words.services.woken(this.format.exact(woken));
    } catch (cause) {
      this.problem = said(cause, this.words.serverSilent);
    }
    await this.lookout.again();
    this.dispatchEvent(new Event("woken", { bubbles: true, composed: true }));
  }

  protected override render() {
    const words = this.words.services;
    const { runs } = this;
    return html`
      ${this.problem ? html`<p role="alert">${this.problem}</p>` : nothing}
      <p role="status">${this.told}</p>
      ${runs === null && !this.problem ? html`<p aria-busy="true">${this.words.loading}</p>` : nothing}
      ${runs?.length ? html`<ul>${runs.map((run) => this.run(run))}</ul>` : nothing}
      ${runs && runs.length > 1 ? html`<p><button class="button" @click=${() => this.runAgain()}>${words.allAgain}</button></p>` : nothing}
    `;
  }

  private run(run: ParkedRun) {
    const words = this.words.services;
    const moment = (at: string) => this.format.moment(at);
    return html`<li>
      <strong>${run.subject === "*" ? words.wholeCity : run.subject}</strong>
      <p>${words.because(this.text(run.reason))}</p>
      <p class="small">${words.tries(this.format.exact(run.tries), moment(run.first), moment(run.last))}</p>
      <details>
        <summary>${words.trace}</summary>
        <pre tabindex="0" role="group" aria-label=${words.trace}>${run.trace}</pre>
        ${run.given.length ? html`<p>${words.given}: ${run.given.map(({ id }) => id).join(", ")}</p>` : nothing}
      </details>
      <button class="button" aria-label="${words.again}: ${run.subject}" @click=${() => this.runAgain(run.subject)}>${words.again}</button>
    </li>`;
  }
}

export function said(cause: unknown, silent: string): string {
  return cause instanceof Problem ? cause.message || silent : String(cause);
}
