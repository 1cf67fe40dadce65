/** The whole console: bars that say what must not be missed, top bar, rail, map, panel. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { typing } from "../lists/list-keys";
import { store } from "../live/store";
import "../map/city-map";
import "../replay/replay-bar";
import { PAGES } from "../screen/address";
import { LIST, RECEIVED } from "../warnings/warning-address";
import { screenState } from "../screen/screen";
import { controls } from "../theme/controls";
import { setStyle } from "../theme/set-style";
import "./cut-bar";
import "./exercise-bar";
import "./key-help";
import "./navigation-rail";
import "../time/time-scrubber";
import "./panel-edge";
import "./past-bar";
import "./side-panel";
import "./sign-in";
import "./start-failed";
import { frameStyles } from "./frame-styles";
import "./top-bar";
import { View } from "./view";

@customElement("pinisi-console")
export class PinisiConsole extends View {
  @state() private keysShown = false;

  private readonly onKey = (event: KeyboardEvent) => this.key(event);

  static override readonly styles = [controls, frameStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    window.removeEventListener("keydown", this.onKey);
    super.disconnectedCallback();
  }

  protected override updated(): void {
    const page = this.words.pages[screenState.state.page];
    if (screenState.state.why) void import("../why/why-dialog");
    if (screenState.state.people) void import("../people/people-dialog");
    document.title = [page, store.city?.name, "Pinisi"].filter(Boolean).join(" · ");
  }

  protected override render() {
    if (store.phase === "signed-out") return html`<sign-in></sign-in>`;
    if (store.phase === "failed") return html`<start-failed></start-failed>`;
    const { panel, sheet, page, at, why, people } = screenState.state;
    const usual = this.broad() ? { "--panel": "min(48rem, 62vw)" } : {};
    const width = panel === null ? usual : { "--panel": `${panel}rem` };
    return html`
      <exercise-bar></exercise-bar>
      <past-bar></past-bar>
      <cut-bar></cut-bar>
      <top-bar @skip=${this.skip} @chosen=${this.skip}></top-bar>
      <replay-bar></replay-bar>
      <div class="body mode-${screenState.mode} ${sheet ? "sheet-up" : ""} ${page === "place" && this.broad() ? "broad" : ""}" style=${setStyle(width)}>
        <navigation-rail></navigation-rail>
        <section class="map" aria-label=${this.words.map}>
          <city-map></city-map>
          <panel-edge></panel-edge>
        </section>
        <side-panel></side-panel>
      </div>
      ${page === "time" || at !== null ? html`<time-scrubber></time-scrubber>` : nothing}
      ${why ? html`<why-dialog .address=${why}></why-dialog>` : nothing}
      ${people ? html`<people-dialog .tab=${people}></people-dialog>` : nothing}
      ${this.keysShown ? html`<key-help @done=${() => (this.keysShown = false)}></key-help>` : nothing}
    `;
  }

  /** Whether what is open needs more room than a list beside the map. */
  private broad(): boolean {
    const { page, warning, service, id } = screenState.state;
    if (page === "place") return service !== null && id === null;
    return page === "programme" || (page === "events" && warning !== null && warning !== LIST && warning !== RECEIVED);
  }

  private skip(): void {
    this.renderRoot.querySelector<HTMLElement>("side-panel")?.focus();
  }

  private key(event: KeyboardEvent): void {
    if (screenState.state.why || screenState.state.people) return;
    if (event.key === "Escape") return this.back();
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || store.phase !== "ready") return;
    const page = PAGES[Number(event.key) - 1];
    if (page && /^[1-5]$/.test(event.key)) screenState.open(page);
    else if (event.key === "?") this.keysShown = !this.keysShown;
    else if (event.key === "d") screenState.adjust({ theme: screenState.theme === "dark" ? "light" : "dark" });
    else if (event.key === "w") screenState.adjust({ mode: screenState.mode === "wall" ? null : "wall" });
  }

  /** Escape steps out of the innermost thing that is open. */
  private back(): void {
    const { value, incident, warning, id, list, service, sheet, page } = screenState.state;
    if (this.keysShown) this.keysShown = false;
    else if (value) screenState.adjust({ value: null });
    else if (sheet) screenState.adjust({ sheet: false });
    else if (warning) screenState.go({ warning: incident || warning === LIST ? null : LIST });
    else if (incident) screenState.go({ incident: null });
    else if (id) screenState.go({ id: null, detail: null });
    else if (list) screenState.go(page === "programme" ? { list: null, detail: null } : { list: null });
    else if (service) screenState.go({ service: null, detail: null });
  }
}
