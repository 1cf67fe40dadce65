/** One place: what it is, all its facts, what lies inside and nearby, where the facts came from. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import type { Place, Value } from "../api/types";
import "../entry/entry-form";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { moveFocus, typing } from "../lists/list-keys";
import { factAddress, openPlace } from "../live/open-place";
import { servicePages } from "../live/service-pages";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { ailingWords } from "../sources/ailing";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import { coursesOf } from "../value/course";
import "../value/source-card";
import "../value/value-view";
import { figure } from "../value/words";

@customElement("place-facts")
export class PlaceFacts extends View {
  @state() private typing = false;
  @state() private told = "";

  private shown = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      p state-mark {
        vertical-align: -0.1875rem;
      }

      .head {
        display: grid;
        gap: 0.125rem;
        padding: 0.375rem 1.125rem 0.875rem;
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

      h1 {
        font: 500 1.0625rem/1.5rem var(--text);
        overflow-wrap: anywhere;
      }

      .where {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.375rem;
        color: var(--ink2);
        font-size: 0.8125rem;
      }

      .where button {
        color: var(--accent);
      }

      .show {
        justify-self: start;
        margin-top: 0.625rem;
      }

      .changed {
        padding: 0.75rem 1.125rem;
      }
    `,
  ];

  protected override willUpdate(): void {
    const { id } = screenState.state;
    if (id === this.shown) return;
    Object.assign(this, { shown: id, typing: false, told: "" });
  }

  protected override render() {
    const { place, problem } = openPlace;
    if (place) return this.body(place);
    if (!problem) return html`<p class="empty" aria-busy="true">${this.words.loading}</p>`;
    if (problem.status !== 404) return html`<p class="empty" role="alert">${problem.message || this.words.serverSilent}</p>`;
    return html`<div class="empty" role="alert">
      <strong>${this.words.placeGone}</strong>
      <p>${this.words.placeGoneDetail}</p>
    </div>`;
  }

  private body(place: Place) {
    const { words } = this;
    return html`
      <div class="head">
        <div>
          <button class="back" @click=${this.back}>${icon("back", 15)} ${this.backWord()}</button>
        </div>
        <h1>${place.name}</h1>
        <p class="where">
          <span>${this.text(place.typeTitle)}</span>
          ${place.areas.filter(({ id }) => id !== place.id).map((area) => html`<span aria-hidden="true">·</span><button @click=${() => screenState.openPlace(area.id)}>${area.name}</button>`)}
        </p>
        ${this.ailing(place)}
        ${place.location
          ? html`<button class="button show" @click=${() => screenState.showOnMap(place.id)}>${words.showOnMap}</button>`
          : nothing}
      </div>
      ${this.components(place)} ${this.charts(place)} ${this.courses(place)} ${this.commands(place)}
      <div class="section-head">
        <h2>${place.panel ? this.text(place.panel.title) : words.facts}</h2>
        ${place.editable.length
          ? html`<button class="button" aria-expanded=${this.typing} @click=${() => (this.typing = !this.typing)}>${words.entry.enter}</button>`
          : html`<span class="count">${this.format.glance(place.facts.length)}</span>`}
      </div>
      ${this.typing && place.editable.length
        ? html`<entry-form .type=${place.type} .entity=${place.id} @done=${this.typed}></entry-form>`
        : nothing}
      ${this.told ? html`<p class="notice" role="status">${this.told}</p>` : nothing}
      ${place.facts.length
        ? this.facts(place)
        : html`<p class="empty">${words.noFacts}</p>`}
      <div @keydown=${this.key}>${this.inside(place)} ${this.linked(place)} ${this.nearby(place)}</div>
      ${place.sources.length ? html`<div class="section-head"><h2>${words.sources}</h2></div>` : nothing}
      ${place.sources.map((source) => html`<source-card .source=${source}></source-card>`)}
      ${place.changed
        ? html`<p class="changed small">${words.changedAt(this.format.moment(place.changed.at), place.changed.by)}</p>`
        : nothing}
    `;
  }

  /** The sources of this place that do not deliver. */
  private ailing(place: Place) {
    const cited = new Set(place.sources.map(({ id }) => id));
    const found = (store.now?.ailing ?? []).filter(({ id }) => cited.has(id));
    return found.map((source) => {
      const words = ailingWords(this.text(source.title), source, this.words, this.format, store.clock());
      return html`<p class="small" role="status"><state-mark state=${source.state}></state-mark> ${words}</p>`;
    });
  }

  private typed(event: CustomEvent<{ entity: string | null; late: number }>): void {
    const { entity, late } = event.detail;
    this.typing = false;
    this.told = entity ? (late ? this.words.entry.late : this.words.entry.kept) : "";
    if (entity) openPlace.again();
  }

  private backWord(): string {
    const { list, service } = screenState.state;
    const from = store.city?.layers.find(({ id }) => id === list) ?? servicePages.at(service);
    return from ? this.text(from.title) : this.words.pages.place;
  }

  private back(): void {
    screenState.go({ id: null, detail: null, value: null });
  }

  private inside(place: Place) {
    const inside = place.inside.filter(({ count }) => count > 0);
    if (inside.length === 0) return nothing;
    return html`<div class="section-head"><h2>${this.words.inside}</h2></div>
      <ul>
        ${inside.map(
          ({ layer, title, count }) => html`<li>
            <button class="row" data-move @click=${() => screenState.go({ list: layer, id: null, value: null })}>
              <span class="main">${this.text(title)}</span><span class="end">${this.format.exact(count)}</span>
            </button>
          </li>`,
        )}
      </ul>`;
  }

  /** What its panel names comes first; further facts stand below under a heading of their own. */
  private facts(place: Place) {
    const shown = place.facts.filter(({ course }) => !course);
    const first = shown.filter(({ attribute }) => place.panel?.attributes.includes(attribute ?? "") ?? true);
    const others = shown.filter((fact) => !first.includes(fact));
    return html`${first.map((fact) => this.fact(fact))}
      ${others.length ? html`<div class="section-head"><h2>${this.words.views.others}</h2></div>` : nothing}
      ${others.map((fact) => this.fact(fact))}`;
  }

  private fact(fact: Value) {
    return html`<value-view look="row" .value=${fact} .address=${factAddress(fact)}></value-view>`;
  }

  /** What services bring of their own for things of its type. */
  private components({ id, type }: Place) {
    const pages = servicePages.of(type);
    if (pages.length === 0) return nothing;
    void import("../views/service-component");
    return pages.map((page) => keyed(`${id} ${page.id}`, html`<service-component .page=${page} .entity=${id}></service-component>`));
  }

  private charts(place: Place) {
    if (!place.panel?.charts.length) return nothing;
    void import("../views/panel-charts");
    return html`<panel-charts .place=${place}></panel-charts>`;
  }

  /** What goes over time, of this place and of what tells of the same thing. */
  private courses(place: Place) {
    const own = coursesOf(place.facts);
    const beside = place.linked.map((card) => ({ card, courses: coursesOf(card.facts) }));
    if (own.length + beside.flatMap(({ courses }) => courses).length === 0) return nothing;
    void import("../value/course-panel");
    return html`${own.map((value) => html`<course-panel .value=${value} .of=${this.courseOf(place.facts)} .facts=${place.facts} .address=${factAddress(value)}></course-panel>`)}
    ${beside.map(({ card, courses }) =>
      courses.map((value) => html`<course-panel .value=${value} .of=${this.courseOf(card.facts)} .facts=${card.facts} .from=${card.id} .heading=${this.text(card.typeTitle)}></course-panel>`),
    )}`;
  }

  /** "PM2.5": which quantity a forecast is of. */
  private courseOf(facts: readonly Value[]): string {
    const of = facts.find(({ attribute }) => attribute === "forecastOf");
    return of ? figure(of, this.words, this.format) : "";
  }

  /** What can be commanded about it: in the present, by one who may. */
  private commands({ id, name, type }: Place) {
    if (store.past !== null || !store.session?.permissions.includes("commands.give")) return nothing;
    void import("../work/place-commands");
    return keyed(id, html`<place-commands .place=${{ id, name, type }}></place-commands>`);
  }

  private linked(place: Place) {
    if (place.linked.length === 0) return nothing;
    return html`<div class="section-head"><h2>${this.words.course.linked}</h2></div>
      <ul>
        ${place.linked.map(
          (card) => html`<li>
            <button class="row" data-move data-id=${card.id} @click=${() => screenState.openPlace(card.id)}>
              <span class="main">${card.name}<br /><span class="small">${this.text(card.typeTitle)}</span></span>
            </button>
          </li>`,
        )}
      </ul>`;
  }

  private nearby(place: Place) {
    if (place.nearby.length === 0) return nothing;
    return html`<div class="section-head"><h2>${this.words.nearby}</h2></div>
      <ul>
        ${place.nearby.map(
          (near) => html`<li>
            <button class="row" data-move data-id=${near.id} @click=${() => screenState.openPlace(near.id)}>
              <span class="main">${near.name}<br /><span class="small">${this.text(near.typeTitle)}</span></span>
              <span class="end">${this.format.distance(near.distance)}</span>
            </button>
          </li>`,
        )}
      </ul>`;
  }

  private key(event: KeyboardEvent): void {
    if (typing(event)) return;
    const at = event.target as HTMLElement;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-move]")];
    if (moveFocus(event, rows, at)) return;
    const id = at.dataset["id"];
    if (event.key === "m" && id) screenState.showOnMap(id);
  }
}
