/** One incident in full: what, where, who holds it, by which rule, what was done. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import { momentKey } from "../api/moment";
import type { Act, Incident } from "../api/types";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "../calls/incident-calls";
import "../procedures/incident-procedure";
import "../report/incident-report";
import "../units/incident-units";
import { procedureLine } from "../procedures/story-line";
import "./incident-acts";
import "./incident-agencies";
import "./incident-alike";
import "./incident-clocks";
import "./incident-near";
import { unitName } from "../units/unit-names";
import { agencyName, categoryNames } from "./operations";
import { exerciseMark, exerciseStyle } from "./exercise-mark";
import "./severity-mark";

@customElement("incident-detail")
export class IncidentDetail extends View {
  @property() incidentId = "";
  @state() private acts: readonly Act[] = [];
  @state() private problem: Problem | null = null;

  private readFor = "";

  static override readonly styles = [
    controls,
    panelParts,
    exerciseStyle,
    css`
      .head {
        display: grid;
        gap: 0.5rem;
        padding: 0.5rem 1.125rem 1rem;
        border-bottom: 1px solid var(--line);
      }

      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
        padding: 0.375rem 0;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .title {
        display: flex;
        gap: 0.625rem;
        align-items: flex-start;
      }

      .title severity-mark {
        margin-top: 0.1875rem;
      }

      .title h2 {
        font: 500 1.0625rem/1.5rem var(--text);
      }

      .detail {
        color: var(--ink2);
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 0.375rem 1.25rem;
        padding: 0.875rem 1.125rem;
        border-bottom: 1px solid var(--line);
        font-size: 0.8125rem;
      }

      dt {
        color: var(--ink3);
      }

      .acts {
        padding: 0.875rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .warn {
        margin-top: 0.625rem;
        font-size: 0.8125rem;
      }

      .state,
      .remark {
        margin-bottom: 0.625rem;
      }

      .remark {
        padding-left: 0.625rem;
        border-left: 3px solid var(--accent);
        font-size: 0.8125rem;
      }

      ol li {
        display: grid;
        grid-template-columns: 5.5rem 1fr;
        gap: 0.75rem;
        padding: 0.375rem 1.125rem;
        font-size: 0.8125rem;
      }

      ol time {
        color: var(--ink3);
      }

      ol .said {
        color: var(--ink2);
      }

      .link {
        color: var(--accent);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void import("../notices/incident-told");
  }

  protected override willUpdate(): void {
    const known = store.incidents.get(this.incidentId);
    const key = `${this.incidentId} ${known?.position ?? ""} ${known?.state ?? ""} ${known?.owner ?? ""} ${momentKey(store.past)}`;
    if (key === this.readFor || !this.incidentId) return;
    this.readFor = key;
    void this.read(this.incidentId);
  }

  private async read(id: string): Promise<void> {
    try {
      const { acts, ...incident } = await api.incident(id, store.past);
      if (id !== this.incidentId) return;
      this.acts = acts;
      this.problem = null;
      if (!store.incidents.has(id)) store.keep([incident]);
    } catch (cause) {
      this.problem = cause instanceof Problem ? cause : new Problem(0, "", String(cause));
    }
  }

  protected override render() {
    const incident = store.incidents.get(this.incidentId);
    return html`
      <div class="head">
        <div ?hidden=${screenState.mode === "wall"}>
          <button class="back" @click=${() => screenState.go({ incident: null })}>${icon("back", 15)} ${this.words.reopenList}</button>
        </div>
        ${incident ? this.heading(incident) : this.missing()}
      </div>
      ${incident ? this.body(incident) : nothing}
    `;
  }

  private missing() {
    if (!this.problem) return html`<p aria-busy="true">${this.words.loading}</p>`;
    return html`<p role="alert">${this.problem.status === 404 ? this.words.incidentGone : this.problem.message || this.words.serverSilent}</p>`;
  }

  private heading(incident: Incident) {
    return html`<div class="title">
        <severity-mark .severity=${incident.severity} .taken=${Boolean(incident.owner)}></severity-mark>
        <h2>${this.text(incident.title)}</h2>
      </div>
      ${incident.exercise ? html`<p>${exerciseMark(incident, this.words)}</p>` : nothing}
      ${incident.detail ? html`<p class="detail">${this.text(incident.detail)}</p>` : nothing}`;
  }

  private body(incident: Incident) {
    const { words } = this;
    const told = words.incidents;
    const state = [told.state[incident.state], incident.owner ? words.ownedBy(incident.owner) : words.nobody].join(" · ");
    return html`
      <div class="acts">
        <p class="state">${state}</p>
        ${this.remarks(incident).map((remark) => html`<p class="remark">${remark}</p>`)}
        <incident-alike .incidentId=${incident.id}></incident-alike>
        <incident-acts ?hidden=${screenState.mode === "wall"} .incident=${incident} @acted=${() => this.read(incident.id)}></incident-acts>
        ${store.past || screenState.mode === "wall" || !store.session?.permissions.includes("warnings.draft")
          ? nothing
          : html`<p class="warn"><button class="link" @click=${() => screenState.openWarning("new")}>${words.warned.give}</button> <kbd>b</kbd></p>`}
      </div>
      <incident-clocks .incident=${incident}></incident-clocks>
      <dl>
        <dt>${told.priorityField}</dt>
        <dd>${incident.priority ?? told.noPriority}</dd>
        ${incident.category
          ? html`<dt>${told.categoryField}</dt>
              <dd>${categoryNames(incident.category, incident.subcategory).map((name) => this.text(name)).join(" · ")}</dd>`
          : nothing}
        ${incident.injured ? html`<dt>${told.injured}</dt><dd>${incident.injured}</dd>` : nothing}
        <dt>${words.severityField}</dt>
        <dd>${words.severity[incident.severity]}</dd>
        <dt>${told.channelField}</dt>
        <dd>${told.channel[incident.channel]} · ${this.format.moment(incident.raisedAt)}</dd>
        ${incident.area ? html`<dt>${words.areas}</dt><dd>${incident.area}</dd>` : nothing}
        ${incident.rule ? html`<dt>${words.rule}</dt><dd>${this.text(incident.rule)}</dd>` : nothing}
        ${incident.closedAt
          ? html`<dt>${told.state.closed}</dt>
              <dd>${[this.format.moment(incident.closedAt), incident.closedBy, incident.reason].filter(Boolean).join(" · ")}</dd>`
          : nothing}
        ${this.links(incident)}
      </dl>
      <incident-calls .incidentId=${incident.id}></incident-calls>
      <incident-units .incidentId=${incident.id}></incident-units>
      <incident-procedure .incidentId=${incident.id}></incident-procedure>
      <incident-agencies .incident=${incident}></incident-agencies>
      <incident-told .incidentId=${incident.id}></incident-told>
      <incident-near .incident=${incident}></incident-near>
      <incident-report .incidentId=${incident.id} .closed=${incident.state === "closed"}></incident-report>
      <div class="section-head"><h2>${words.acts}</h2></div>
      <ol>
        ${this.acts.map((act) => this.act(act))}
      </ol>
    `;
  }

  /** What an operator has to know before he acts. */
  private remarks(incident: Incident) {
    const told = this.words.incidents;
    const title = (id: string) => {
      const other = store.incidents.get(id);
      return html`<button class="link" @click=${() => screenState.openIncident(id)}>${other ? this.text(other.title) : id}</button>`;
    };
    const until = incident.shelvedUntil ? told.shelvedUntil(this.format.recent(incident.shelvedUntil, store.clock())) : null;
    const quiet = incident.state === "shelved" || incident.state === "suppressed";
    return [
      incident.conditionEnded && incident.state !== "closed" ? told.ended : null,
      quiet ? [until, incident.suppressedBy ? told.quietBy(incident.suppressedBy) : null, incident.reason].filter(Boolean).join(" · ") : null,
      incident.state === "resolved" && incident.asked ? told.asked[incident.asked] : null,
      incident.answerOwed ? told.answerOwed : null,
      incident.glass ? [told.glass(incident.glass), incident.reviewedBy ? told.reviewed(incident.reviewedBy) : told.glassOpen].join(" · ") : null,
      incident.group ? html`${incident.outcome === "merged" ? told.mergedInto : told.belongsTo} ${title(incident.group)}` : null,
      incident.absorbed.length ? told.holds(String(incident.absorbed.length)) : null,
    ].filter((remark) => remark !== null);
  }

  private links(incident: Incident) {
    const { subject } = incident;
    const place = subject
      ? html`<button class="link" @click=${() => screenState.openPlace(subject)}>${this.words.subject}</button>`
      : nothing;
    const map = incident.location
      ? html`<button class="link" @click=${() => screenState.showOnMap(incident.id)}>${this.words.showOnMap}</button>`
      : nothing;
    return subject || incident.location ? html`<dt>${this.words.map}</dt><dd>${map} ${place}</dd>` : nothing;
  }

  /** The other incident that the act was about. */
  private otherOf(act: Act): string | null {
    const id = act.into || act.of;
    const other = id ? store.incidents.get(id) : undefined;
    return other ? this.text(other.title) : null;
  }

  private act(act: Act) {
    const told = this.words.incidents;
    const followed = procedureLine(act, this.words.procedures, (text) => this.text(text));
    const more = [
      act.agency ? this.text(agencyName(act.agency)) : null,
      unitName(act.unit),
      this.otherOf(act),
      act.priority ? told.priority(String(act.priority)) : null,
      act.category ? this.text(categoryNames(act.category, null)[0] ?? act.category) : null,
      act.until ? told.shelvedUntil(this.format.recent(act.until, store.clock())) : null,
      act.outcome && act.outcome !== "merged" ? told.act[act.outcome as "prank" | "information"] : null,
      act.note,
      act.reason ? (told.notOurs[act.reason] ?? act.reason) : null,
      act.enteredAt ? told.enteredLater(this.format.recent(act.enteredAt, store.clock())) : null,
    ];
    const outside = [act.way, told.became[act.became ?? ""], act.note, act.said];
    const said = followed ? followed.said : (act.act === "told" ? outside : more).filter(Boolean).join(" · ");
    return html`<li>
      <time datetime=${act.at}>${this.format.recent(act.at, store.clock())}</time>
      <div>
        ${act.by} ${followed?.done ?? told.did[act.act] ?? act.act} ${act.to ? this.words.actTo(act.to) : ""} ${said ? html`<p class="said">${said}</p>` : nothing}
      </div>
    </li>`;
  }
}
