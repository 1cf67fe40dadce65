/** What we have and what we lack: the systems of the city by their state, with whose they are and how they can be read. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { CitySystem, SystemState } from "../api/types";
import "../entry/entry-form";
import { mayWrite } from "../entry/may-write";
import { View } from "../frame/view";
import { programme, systemAddress } from "../live/programme";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";

const STATES: readonly SystemState[] = ["connected", "by-hand", "planned", "absent"];
const DETAILS = ["agency", "interface", "agreement", "standard"] as const;

@customElement("system-list")
export class SystemList extends View {
  @property({ attribute: false }) systems: readonly CitySystem[] = [];
  @state() private adding = false;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }

      .add {
        padding: 0.5rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .sum {
        display: grid;
        grid-template-columns: repeat(4, 1fr);
        border-bottom: 1px solid var(--line);
      }

      .sum div {
        padding: 0.625rem 0.5rem 0.625rem 1.125rem;
        border-right: 1px solid var(--line);
      }

      .sum div:last-child {
        border-right: 0;
      }

      .sum b {
        display: block;
        font: 500 1.25rem/1.5rem var(--text);
      }

      .none b {
        color: var(--ink3);
      }

      h3 {
        padding: 0.625rem 1.125rem 0.25rem;
        font: 500 var(--t12) / 1rem var(--text);
        color: var(--ink2);
      }

      li {
        display: grid;
        gap: 0.125rem;
        padding: 0.5rem 1.125rem 0.5625rem;
        border-bottom: 1px solid var(--line);
      }

      .name {
        font-weight: 500;
        text-align: left;
      }

      .name:hover {
        color: var(--accent);
      }

      dl {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1rem;
        font-size: var(--t12);
        line-height: 1.125rem;
      }

      dl div {
        display: flex;
        gap: 0.375rem;
        min-width: 0;
      }

      dt,
      .lacking {
        color: var(--ink3);
      }

      dd button:hover {
        color: var(--accent);
      }

      @container (min-width: 44rem) {
        li {
          grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr);
          gap: 0 1.5rem;
          align-items: baseline;
        }
      }
    `,
  ];

  protected override render() {
    return html`
      ${mayWrite()
        ? html`<div class="add"><button class="button" aria-expanded=${this.adding} @click=${() => (this.adding = !this.adding)}>${this.words.entry.add}</button></div>`
        : nothing}
      ${this.adding ? html`<entry-form type="CitySystem" @done=${this.added}></entry-form>` : nothing}
      <div class="sum">${STATES.map((state) => this.count(state))}</div>
      ${STATES.map((state) => this.group(state))}
    `;
  }

  private added(event: CustomEvent<{ entity: string | null }>): void {
    this.adding = false;
    if (event.detail.entity) void programme.again();
  }

  private of(state: SystemState): CitySystem[] {
    return this.systems.filter((system) => system.state === state);
  }

  private count(state: SystemState) {
    const n = this.of(state).length;
    return html`<div class=${n ? "" : "none"}>
      <b>${this.format.glance(n)}</b><span class="small">${this.words.programme.states[state]}</span>
    </div>`;
  }

  private group(state: SystemState) {
    const systems = this.of(state);
    if (systems.length === 0) return nothing;
    return html`<h3>${this.words.programme.states[state]}</h3>
      <ul>
        ${systems.map((system) => this.system(system))}
      </ul>`;
  }

  private system(system: CitySystem) {
    const { gives, note } = system.facts;
    const about = [gives?.valueText, note?.valueText].map((text) => this.text(text)).filter(Boolean);
    const known = DETAILS.filter((name) => system.facts[name]);
    return html`<li>
      <div>
        <button class="name" @click=${() => screenState.openPlace(system.id)}>${this.text(system.name)}</button>
        <p class="small">${about.join(" · ")}</p>
      </div>
      <div>
        <dl>${known.map((name) => this.detail(system, name))} ${this.seen(system)} ${this.last(system)}</dl>
        <p class="small lacking">${this.lacking(system)}</p>
      </div>
    </li>`;
  }

  /** Of a system that a live source shows: what is written of it, and how the source does. */
  private seen({ source, facts }: CitySystem) {
    if (!source) return nothing;
    const { programme, feeds } = this.words;
    const written = facts.state ? programme.states[facts.state.value as SystemState] : this.words.unknown;
    const state = feeds.state[source.state as keyof typeof feeds.state];
    return html`<div><dt>${programme.writtenState}</dt><dd>${written}</dd></div>
      <div><dt>${programme.seenState}</dt><dd>${state}</dd></div>`;
  }

  private last({ lastMessage }: CitySystem) {
    if (!lastMessage) return nothing;
    return html`<div><dt>${this.words.programme.lastMessage}</dt><dd>${this.format.moment(lastMessage)}</dd></div>`;
  }

  /** What is not known of it, in one grey line: the list of what to ask for. */
  private lacking(system: CitySystem): string {
    const { programme } = this.words;
    const unknown = DETAILS.filter((name) => !system.facts[name]).map((name) => programme[name]);
    const lacking = unknown.length ? programme.notKnown(unknown.join(", ")) : "";
    return [lacking, system.lastMessage ? "" : programme.never].filter(Boolean).join(" · ");
  }

  private detail(system: CitySystem, name: (typeof DETAILS)[number]) {
    const fact = system.facts[name];
    const open = () => screenState.adjust({ value: systemAddress(system.id, name) });
    if (!fact) return nothing;
    return html`<div>
      <dt>${this.words.programme[name]}</dt>
      <dd><button aria-haspopup="dialog" @click=${open}>${fact.value}</button></dd>
    </div>`;
  }
}
