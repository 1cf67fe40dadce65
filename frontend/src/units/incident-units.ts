/** Which units to send to an incident, with the reasons; one key sends one. And what crews have photographed there. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Candidate, dispatch, type Photo, type Recommendation, type Roster } from "../api/dispatch";
import { keyboardFree, writing } from "../frame/deep-focus";
import { View } from "../frame/view";
import { typing } from "../lists/list-keys";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";

@customElement("incident-units")
export class IncidentUnits extends View {
  @property() incidentId = "";
  @state() private found: Recommendation | null = null;
  @state() private roster: Roster | null = null;
  @state() private photos: readonly Photo[] = [];
  @state() private shown: ReadonlySet<string> = new Set();
  @state() private problem = "";
  @state() private busy = false;

  private readFor = "";
  /** `e` was pressed before they were known. */
  private wished = false;
  private readonly onKey = (event: KeyboardEvent) => this.toUnits(event);

  static override readonly styles = [
    controls,
    panelParts,
    css`
      :host {
        display: block;
      }

      .text {
        padding: 0.5rem 1.125rem;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .lacking {
        color: var(--danger);
      }

      .unit {
        display: grid;
        gap: 0.125rem;
        width: 100%;
        padding: 0.5rem 1.125rem;
        border-bottom: 1px solid var(--line);
        border-inline-start: 3px solid transparent;
        font-size: 0.8125rem;
      }

      .unit:hover {
        background: var(--raised);
      }

      .unit strong {
        font-weight: 600;
      }

      .unit .send {
        float: inline-end;
        color: var(--accent);
      }

      .chosen {
        border-inline-start-color: var(--accent);
      }

      .reasons {
        color: var(--ink2);
      }

      figure {
        padding: 0.5rem 1.125rem;
        font-size: 0.8125rem;
      }

      img {
        max-width: 100%;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("keydown", this.onKey);
    super.disconnectedCallback();
  }

  protected override updated(): void {
    const first = this.renderRoot.querySelector<HTMLElement>(".unit.chosen, .unit");
    if (!this.wished || !first) return;
    this.wished = false;
    if (writing()) return;
    first.focus();
    first.scrollIntoView({ block: "nearest" });
  }

  /** `e`: to the unit that is recommended. */
  private toUnits(event: KeyboardEvent): void {
    if (event.key !== "e" || event.ctrlKey || event.metaKey || event.altKey || typing(event) || !this.maySend) return;
    event.preventDefault();
    this.wished = true;
    this.requestUpdate();
  }

  protected override willUpdate(): void {
    const key = `${this.incidentId} ${store.incidents.get(this.incidentId)?.position ?? ""}`;
    if (key === this.readFor || !this.incidentId || store.past) return;
    this.readFor = key;
    void this.read();
  }

  private get maySend(): boolean {
    const fits = store.incidents.get(this.incidentId)?.fits?.includes("assign") ?? false;
    return fits && (store.session?.permissions.includes("units.dispatch") ?? false);
  }

  private async read(): Promise<void> {
    const id = this.incidentId;
    try {
      const [found, roster, photos] = await Promise.all([
        this.maySend ? dispatch.recommendation(id) : null,
        this.roster ?? dispatch.roster(),
        dispatch.photos(id),
      ]);
      if (id !== this.incidentId) return;
      Object.assign(this, { found, roster, photos, problem: "" });
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }

  protected override render() {
    if (store.past || (!this.found && !this.photos.length && !this.problem)) return nothing;
    return html`
      ${this.problem ? html`<p class="text" role="alert">${this.problem}</p>` : nothing}
      ${this.found ? this.units(this.found) : nothing} ${this.photos.length ? this.pictures() : nothing}
    `;
  }

  private units(found: Recommendation) {
    const words = this.words.units;
    const needed = Object.entries(found.needed).map(([code, count]) => `${count} × ${this.capability(code)}`);
    return html`<section aria-label=${words.title}>
      <div class="section-head"><h2>${words.title}</h2><kbd>e</kbd></div>
      ${needed.length ? html`<p class="text">${words.needed(needed.join(", "))}</p>` : nothing}
      ${found.missing ? html`<p class="text">${this.text(found.missing)}</p>` : nothing}
      ${!found.missing && found.lacking.length
        ? html`<p class="text lacking">${words.lacking(found.lacking.map((code) => this.capability(code)).join(", "))}</p>`
        : nothing}
      <ul @keydown=${this.move}>
        ${found.candidates.map((each) => html`<li>${this.candidate(each)}</li>`)}
      </ul>
      ${found.candidates.length
        ? html`<p class="text">${words.method(this.text(found.method))} ${this.text(found.roads)} ${this.text(found.how)} ${this.text(found.demand)}</p>`
        : nothing}
    </section>`;
  }

  private candidate(each: Candidate) {
    const words = this.words.units;
    const minutes = String(Math.max(1, Math.round(each.travel / 60)));
    const seen = each.positionAge === null ? words.atBase : words.seen(String(Math.round(each.positionAge / 60)));
    const age = each.positionStale ? `${seen}, ${words.tooOld}` : seen;
    const covers = each.covers.map((code) => this.capability(code)).join(", ");
    return html`<button
      class="unit ${each.chosen ? "chosen" : ""}"
      data-unit=${each.id}
      ?disabled=${this.busy}
      @click=${() => this.send(each)}
    >
      <span>
        <span class="send">${words.send}</span>
        <strong>${each.name}</strong>, ${this.agency(each.agency)}: ${words.minutes(minutes)}
        ${each.chosen ? html`· ${words.chosen}` : nothing} ${each.exercise ? html`· ${words.exercise}` : nothing}
      </span>
      <span class="reasons">${[covers, age, each.stretched ? words.stretched : "", this.text(each.coverText)].filter(Boolean).join(" · ")}</span>
    </button>`;
  }

  private pictures() {
    const words = this.words.units;
    return html`<section aria-label=${words.photos}>
      <div class="section-head"><h2>${words.photos}</h2></div>
      <p class="text">${words.photosNote}</p>
      ${this.photos.map((photo) => {
        const said = `${this.agency(photo.agency)}, ${this.format.moment(photo.takenAt)}: ${photo.note}`;
        return html`<figure>
          ${this.shown.has(photo.key)
            ? html`<img src=${dispatch.picture(photo)} alt=${said} />`
            : html`<button class="button" @click=${() => (this.shown = new Set([...this.shown, photo.key]))}>${words.show}</button>`}
          <figcaption>${said}</figcaption>
        </figure>`;
      })}
    </section>`;
  }

  /** Up and down walk the units; Enter sends the one in focus, as a button does. */
  private move(event: KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    const all = [...this.renderRoot.querySelectorAll<HTMLElement>(".unit")];
    const next = all[all.indexOf(event.target as HTMLElement) + step];
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  }

  private async send(unit: Candidate): Promise<void> {
    this.busy = true;
    try {
      await dispatch.assign(this.incidentId, unit);
      this.problem = "";
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    this.busy = false;
    await this.read();
    await this.updateComplete;
    if (keyboardFree(this)) this.renderRoot.querySelector<HTMLElement>(".unit.chosen, .unit")?.focus();
  }

  private capability(code: string): string {
    return this.text(this.roster?.capabilities.find((each) => each.code === code)?.name) || code;
  }

  private agency(code: string): string {
    return this.text(this.roster?.agencies.find((each) => each.code === code)?.name) || code;
  }
}
