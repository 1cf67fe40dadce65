/** The place of a component that a service brings: loads it by its name, and says honestly when that is not possible. */
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ServicePage } from "../api/views";
import { View } from "../frame/view";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { COMPONENTS } from "./components";
import { ServiceView } from "./service-view";

@customElement("service-component")
export class ServiceComponent extends View {
  @property({ attribute: false }) page!: ServicePage;
  @property() entity: string | null = null;
  @state() private made: HTMLElement | null = null;
  @state() private fault: "" | "unknown" | "failed" = "";

  private loadedFor = "";

  static override readonly styles = [controls, panelParts];

  protected override willUpdate(): void {
    const { component } = this.page;
    if (component !== this.loadedFor) void this.load(component);
    if (this.made) Object.assign(this.made, { entity: this.entity, detail: screenState.state.detail });
  }

  private async load(component: string): Promise<void> {
    Object.assign(this, { loadedFor: component, made: null, fault: "" });
    const bring = Object.hasOwn(COMPONENTS, component) ? COMPONENTS[component] : undefined;
    if (!bring) {
      this.fault = "unknown";
      return;
    }
    try {
      await bring();
      const made = document.createElement(component);
      Object.assign(made, { entity: this.entity, detail: screenState.state.detail });
      if (component === this.loadedFor) this.made = made;
    } catch {
      if (component === this.loadedFor) this.fault = "failed";
    }
  }

  protected override render() {
    const { views } = this.words;
    if (this.fault === "unknown") return html`<p class="notice" role="status">${views.unknownPart(this.page.component)}</p>`;
    if (this.fault === "failed") {
      return html`<p class="notice" role="alert">
        ${views.partFailed} <button class="button" @click=${() => void this.load(this.page.component)}>${views.again}</button>
      </p>`;
    }
    if (!this.made) return html`<p class="empty" aria-busy="true">${this.words.loading}</p>`;
    return html`${this.ofThePresent() ? html`<p class="notice" role="status">${views.presentOnly}</p>` : nothing} ${this.made}`;
  }

  private ofThePresent(): boolean {
    return store.past !== null && !(this.made instanceof ServiceView && this.made.followsPast);
  }
}
