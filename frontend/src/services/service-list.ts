/** The services of the city: how each is doing, why one failed, its reactions, and its switch for those who may. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Service, services } from "../api/services";
import type { SourceState } from "../api/source-types";
import { View } from "../frame/view";
import { tileAddress } from "../live/open-place";
import { serviceTiles } from "../live/service-tiles";
import { store } from "../live/store";
import "../sources/state-mark";
import { controls, panelParts } from "../theme/controls";
import "../value/value-view";
import { Lookout } from "../work/lookout";
import { workStyles } from "../work/work-styles";
import { said } from "./parked-runs";
import "./reaction-row";

const MARKS: Record<Service["state"], SourceState> = { running: "live", off: "off", failed: "failing" };

@customElement("service-list")
export class ServiceList extends View {
  @state() private all: readonly Service[] = [];
  @state() private problem = "";
  /** Of which service it is said what switching it will do. */
  @state() private asking = "";
  @state() private busy = "";
  private readonly lookout = new Lookout(this, () => this.read());

  static override readonly styles = [
    controls,
    panelParts,
    workStyles,
    css`
      h3 {
        flex: 1;
        min-width: 0;
        font: 500 0.875rem/1.25rem var(--text);
      }

      .one .failure,
      .one .effect {
        color: var(--ink);
      }

      .one,
      .reactions {
        grid-template-columns: minmax(0, 1fr);
      }

      .numbers {
        margin: 0.25rem -1.125rem 0;
      }

      .reactions {
        display: grid;
        gap: 0.625rem;
        padding: 0.375rem 0 0 1.5625rem;
      }
    `,
  ];

  private async read(): Promise<boolean> {
    try {
      this.all = await services.all();
      await serviceTiles.read();
    } catch (cause) {
      this.problem = said(cause, this.words.serverSilent);
    }
    return this.all.some(({ reactions }) => reactions.some(({ waiting, behind }) => waiting > 0 || behind > 0));
  }

  private async turn(service: Service, on: boolean): Promise<void> {
    Object.assign(this, { problem: "", asking: "", busy: service.name });
    try {
      await services.turn(service.name, on);
    } catch (cause) {
      this.problem = said(cause, this.words.serverSilent);
    }
    await this.lookout.again();
    this.busy = "";
  }

  protected override render() {
    const words = this.words.services;
    return html`
      <div class="section-head"><h2>${words.title}</h2><span class="count">${this.format.exact(this.all.length)}</span></div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      <div @woken=${() => this.lookout.again()}>${this.all.map((service) => this.service(service))}</div>
    `;
  }

  private service(service: Service) {
    const words = this.words.services;
    return html`<section class="one" data-service=${service.name} data-state=${service.state} aria-label=${this.name(service)}>
      <div class="title">
        <state-mark state=${MARKS[service.state]}></state-mark>
        <h3>${this.name(service)}</h3>
        ${this.switch(service)}
      </div>
      ${service.failure ? html`<p class="failure">${this.failure(service)}</p>` : html`<p>${words.states[service.state]}</p>`}
      ${service.leftOut.map(({ view, field, reason }) => html`<p class="failure">${words.leftOut(view, `${field}: ${reason}`)}</p>`)}
      ${service.jobFaults.map(({ title, reason }) => html`<p class="failure">${words.jobFault(this.text(title), reason)}</p>`)}
      ${this.asking === service.name ? this.beforehand(service) : nothing}
      ${this.numbers(service)}
      ${service.reactions.length
        ? html`<div class="reactions">
            ${service.reactions.map((each) => html`<reaction-row .service=${service.name} .reaction=${each}></reaction-row>`)}
          </div>`
        : nothing}
    </section>`;
  }

  private numbers({ name }: Service) {
    const tiles = serviceTiles.of(name);
    if (tiles.length === 0) return nothing;
    return html`<div class="numbers" role="group" aria-label=${this.words.views.numbers}>
      ${tiles.map((tile) => html`<value-view look="row" .value=${tile} .address=${tileAddress(tile.id)}></value-view>`)}
    </div>`;
  }

  private name(service: Service): string {
    return this.text(service.title) || service.name;
  }

  private failure({ failure, package: from, title }: Service): string {
    const words = this.words.services;
    return title === null ? words.notLoaded(from ?? "", failure ?? "") : words.notStarted(failure ?? "");
  }

  /** One that could not be loaded cannot be switched: its package has to be mended. */
  private switch(service: Service) {
    if (service.title === null || !(store.session?.permissions.includes("services.switch") ?? false)) return nothing;
    const word = this.wish(service);
    return html`<button
      class="button"
      aria-label="${word}: ${this.name(service)}"
      aria-expanded=${this.asking === service.name}
      ?disabled=${this.busy !== ""}
      @click=${() => (this.asking = this.asking === service.name ? "" : service.name)}
    >
      ${word}
    </button>`;
  }

  private wish({ state }: Service): string {
    const words = this.words.services;
    return state === "running" ? words.stop : state === "failed" ? words.startAgain : words.start;
  }

  private beforehand(service: Service) {
    const words = this.words.services;
    const on = service.state !== "running";
    return html`<p class="effect">${on ? words.startEffect : words.stopEffect}</p>
      <div class="acts">
        <button class="button primary" @click=${() => this.turn(service, on)}>${on ? words.startNow : words.stopNow}</button>
        <button class="button" @click=${() => (this.asking = "")}>${this.words.cancel}</button>
      </div>`;
  }
}
