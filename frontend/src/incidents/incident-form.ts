/** Reporting an event by hand. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import type { Severity } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";

const SEVERITIES: readonly Severity[] = ["danger", "caution", "information"];

@customElement("incident-form")
export class IncidentForm extends View {
  @state() private busy = false;
  @state() private refusal: string | null = null;

  static override readonly styles = [
    controls,
    css`
      form {
        display: grid;
        gap: 0.75rem;
        padding: 0.875rem 1.125rem 1rem;
        border-bottom: 1px solid var(--line);
      }

      .check {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        font-size: 0.8125rem;
      }

      .row {
        display: flex;
        gap: 0.5rem;
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("input")?.focus();
  }

  protected override render() {
    const { words } = this;
    return html`<form @submit=${this.submit}>
      <label class="field">${words.incidentTitle}<input name="title" required maxlength="200" autocomplete="off" /></label>
      <label class="field">${words.incidentDetail}<textarea name="detail" rows="2" maxlength="2000"></textarea></label>
      <label class="field">
        ${words.severityField}
        <select name="severity">
          ${SEVERITIES.map((severity) => html`<option value=${severity} ?selected=${severity === "caution"}>${words.severity[severity]}</option>`)}
        </select>
      </label>
      ${screenState.state.map
        ? html`<label class="check"><input type="checkbox" name="centre" /> ${words.atMapCentre}</label>`
        : nothing}
      ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing}
      <div class="row">
        <button class="button primary" ?disabled=${this.busy}>${words.send}</button>
        <button class="button" type="button" @click=${this.done}>${words.cancel}</button>
      </div>
    </form>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const { map } = screenState.state;
    this.busy = true;
    try {
      const incident = await api.raise({
        title: String(given.get("title")),
        detail: String(given.get("detail")),
        severity: given.get("severity"),
        location: given.has("centre") && map ? [map.lon, map.lat] : null,
      });
      store.keep([incident]);
      this.done();
      screenState.openIncident(incident.id);
    } catch (cause) {
      this.refusal = cause instanceof Problem && cause.status > 0 ? cause.message : this.words.serverSilent;
    }
    this.busy = false;
  }

  private done(): void {
    this.dispatchEvent(new CustomEvent("done"));
  }
}
