/** The screen's state, kept in the address bar. */
import { formatAddress, type Mode, type Page, parseAddress, type Screen, type Theme } from "./address";
import type { Language } from "../api/types";
import { loadJapaneseFace } from "../theme/faces";

const KEPT = "pinisi-reader";
const PHONE = "(max-width: 45rem)";

interface Reader {
  lang?: Language;
  theme?: Theme;
}

function readReader(): Reader {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Reader;
  } catch {
    return {};
  }
}

class ScreenState extends EventTarget {
  state: Screen = parseAddress(window.location.search);
  private readonly phone = window.matchMedia(PHONE);
  private readonly bright = window.matchMedia("(prefers-color-scheme: light)");

  start(): void {
    const reader = readReader();
    this.state = { ...this.state, lang: this.state.lang ?? reader.lang ?? null, theme: this.state.theme ?? reader.theme ?? null };
    window.addEventListener("popstate", () => this.restore());
    this.phone.addEventListener("change", () => this.apply());
    this.bright.addEventListener("change", () => this.apply());
    history.replaceState(null, "", formatAddress(this.state));
    this.apply();
  }

  get language(): Language {
    return this.state.lang ?? "id";
  }

  get theme(): Theme {
    return this.state.theme ?? (this.bright.matches ? "light" : "dark");
  }

  get mode(): Mode {
    return this.state.mode ?? (this.phone.matches ? "phone" : "desk");
  }

  /** Goes to another state: a new entry of the browser's history. */
  go(change: Partial<Screen>): void {
    this.put(change, "pushState");
  }

  /** Adjusts the state in place: Back does not return to what it was. */
  adjust(change: Partial<Screen>): void {
    this.put(change, "replaceState");
  }

  open(page: Page): void {
    this.go({ page, id: null, incident: null, warning: null, list: null, service: null, detail: null, value: null, sheet: false });
  }

  openPlace(id: string): void {
    this.go({ page: "place", id, incident: null, warning: null, detail: null, value: null, sheet: false });
  }

  /** Opens a page of a service; `detail`: what is open of it. */
  openService(service: string, detail: string | null = null): void {
    this.go({ page: "place", service, detail, id: null, incident: null, warning: null, list: null, value: null, sheet: false });
  }

  /** Opens what the broker owes its receivers. */
  openDeliveries(): void {
    this.go({ page: "programme", list: "broker", detail: "deliveries", id: null, incident: null, warning: null, service: null, value: null, sheet: false });
  }

  openIncident(incident: string): void {
    this.go({ page: "events", incident, id: null, warning: null, list: null, service: null, detail: null, value: null, sheet: false });
  }

  /** Opens a part of the warnings; an incident that is open stays behind it. */
  openWarning(warning: string): void {
    this.go({ page: "events", warning, id: null, list: null, service: null, detail: null, value: null, sheet: false });
  }

  /** Marks an entity on the map and brings it into view, without leaving the page. */
  showOnMap(id: string): void {
    this.dispatchEvent(new CustomEvent("show", { detail: id }));
    if (this.mode === "phone") this.adjust({ sheet: true });
  }

  /** Brings the whole city back onto the map. */
  showWholeCity(): void {
    this.dispatchEvent(new CustomEvent("show"));
  }

  private put(change: Partial<Screen>, how: "pushState" | "replaceState"): void {
    const next = { ...this.state, ...change };
    const address = formatAddress(next);
    this.state = next;
    if (address !== window.location.pathname + window.location.search) history[how](null, "", address);
    if ("lang" in change || "theme" in change) this.remember();
    this.apply();
  }

  private restore(): void {
    this.state = parseAddress(window.location.search);
    this.apply();
  }

  private remember(): void {
    const { lang, theme } = this.state;
    try {
      localStorage.setItem(KEPT, JSON.stringify({ ...(lang && { lang }), ...(theme && { theme }) }));
    } catch {
      // Without storage the address still carries both.
    }
  }

  private apply(): void {
    const root = document.documentElement;
    root.lang = this.language;
    root.dataset["theme"] = this.theme;
    root.dataset["mode"] = this.mode;
    if (this.language === "ja") void loadJapaneseFace();
    this.dispatchEvent(new Event("change"));
  }
}

export const screenState = new ScreenState();
