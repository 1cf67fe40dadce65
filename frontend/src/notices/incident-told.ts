/** Who was told of an incident, what each receiver's server answered, and who has said that he read it. */
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Notice, notices } from "../api/notices";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { ToldView, toldStyles } from "./told-view";

@customElement("incident-told")
export class IncidentTold extends ToldView {
  @property() incidentId = "";
  @state() private notices: readonly Notice[] = [];
  @state() private problem = "";

  private readFor = "";

  static override readonly styles = [controls, panelParts, toldStyles];

  protected override willUpdate(): void {
    const key = `${this.incidentId} ${store.incidents.get(this.incidentId)?.position ?? ""}`;
    if (key === this.readFor || !this.incidentId || store.past) return;
    this.readFor = key;
    void this.read(this.incidentId);
  }

  private async read(incident: string): Promise<void> {
    try {
      const answer = await notices.of(incident);
      if (incident !== this.incidentId) return;
      this.notices = answer.notices;
      this.problem = "";
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }

  private async know(notice: Notice): Promise<void> {
    try {
      await notices.know(notice.id);
      await this.read(this.incidentId);
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }

  protected override render() {
    if (store.past || (!this.notices.length && !this.problem)) return nothing;
    return html`<div class="section-head"><h2>${this.told.title}</h2></div>
      ${this.problem ? html`<p class="empty" role="alert">${this.problem}</p>` : nothing}
      ${this.notices.map((notice) => this.row(notice))}`;
  }

  private row(notice: Notice) {
    const words = this.told;
    const open = (notice.state === "asks" || notice.state === "unheard") && this.may("incidents.act");
    return html`<div class="notice-row">
      <div class="top">
        <span>${this.text(notice.title)}</span><time class="small" datetime=${notice.at}>${this.format.recent(notice.at, store.clock())}</time>
      </div>
      <div class="small">${[this.whom(notice.to), words.notice[notice.state]].filter(Boolean).join(" · ")}</div>
      ${notice.deliveries.map((delivery) => this.line(delivery))}
      ${open ? html`<div class="acts"><button class="button" @click=${() => this.know(notice)}>${words.know}</button></div>` : nothing}
    </div>`;
  }
}
