/** What can be done about an incident now: the next step first; an act that needs words opens its form. */
import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import type { ActName, Incident, IncidentAct } from "../api/types";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { carryOut } from "./act";
import "./act-fields";
import type { Given } from "./act-fields";
import { type ActForm, actWish } from "./act-wish";
import { takeOver } from "./queue-keys";
import { undo } from "./undo";

/** In the order of use: what comes next stands first. */
const FORMS: readonly ActForm[] = ["triage", "assign", "withdraw", "resolve", "reject", "close", "answer", "reopen", "note", "hand", "shelve", "merge", "unmerge"];
const AT_ONCE: readonly ActName[] = ["open", "unshelve", "release"];
const VERIFYING: readonly string[] = ["verify", "reject", "break-glass", "review"];

@customElement("incident-acts")
export class IncidentActs extends View {
  @property({ attribute: false }) incident!: Incident;
  @state() private form: ActForm | null = null;
  /** The form that is on its way: out of sight, and back if it is refused. */
  @state() private sending: ActForm | null = null;
  @state() private busy = false;
  @state() private refusal: string | null = null;

  private readonly wish = () => this.takeWish();

  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    actWish.addEventListener("wish", this.wish);
    this.takeWish();
  }

  override disconnectedCallback(): void {
    actWish.removeEventListener("wish", this.wish);
    super.disconnectedCallback();
  }

  private takeWish(): void {
    const form = this.incident ? actWish.take(this.incident.id) : null;
    if (form) this.form = form;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get("incident") as Incident | undefined;
    if (before && before.id !== this.incident.id) this.form = this.refusal = null;
    if (changed.has("incident")) this.takeWish();
  }

  protected override render() {
    const { incident, words } = this;
    const may = store.session?.permissions ?? [];
    if (store.past || !may.includes("incidents.act")) return nothing;
    const acts = words.incidents.act;
    return html`
      <div class="row">
        ${this.fits("take") && !incident.owner
          ? html`<button class="button primary" ?disabled=${this.busy} @click=${this.take}>${acts.take}</button>`
          : nothing}
        ${this.fits("verify") ? this.verifying() : nothing}
        ${AT_ONCE.filter((act) => this.fits(act)).map(
          (act) => html`<button class="button" ?disabled=${this.busy} @click=${() => this.carry({ act })}>${acts[act as keyof typeof acts]}</button>`,
        )}
        ${FORMS.filter((form) => this.offers(form)).map(
          (form) => html`<button class="button" aria-expanded=${this.form === form} @click=${() => (this.form = this.form === form ? null : form)}>
            ${acts[form]}
          </button>`,
        )}
        ${this.endsOutright()
          ? (["prank", "information"] as const).map(
              (outcome) => html`<button class="button" ?disabled=${this.busy} @click=${() => this.carry({ act: "close", outcome })}>${acts[outcome]}</button>`,
            )
          : nothing}
        ${incident.glass && incident.upheld === null && this.mayVerify()
          ? html`<button class="button" ?disabled=${this.busy} @click=${() => this.carry({ act: "review" })}>${acts.review}</button>`
          : nothing}
      </div>
      ${this.refusal ? html`<p role="alert" class="small">${this.refusal}</p>` : nothing}
      ${this.form
        ? html`<act-fields
            .incident=${incident}
            .form=${this.form}
            .busy=${this.busy}
            ?hidden=${this.sending === this.form}
            @act=${(event: CustomEvent<Given>) => this.given(event.detail)}
            @done=${() => (this.form = null)}
          ></act-fields>`
        : nothing}
    `;
  }

  private verifying() {
    const { incident, words } = this;
    if (!this.mayVerify()) return nothing;
    const me = store.session?.principal.id;
    const own = incident.resolvedById === me || incident.ownerId === me;
    return own
      ? html`<button class="button" aria-expanded=${this.form === "break-glass"} @click=${() => (this.form = "break-glass")}>
            ${words.incidents.act["break-glass"]}
          </button>
          <p class="small">${words.incidents.youCannotVerify}</p>`
      : html`<button class="button primary" ?disabled=${this.busy} @click=${() => this.carry({ act: "verify" })}>
          ${words.incidents.act.verify}
        </button>`;
  }

  private fits(act: ActName): boolean {
    return this.incident.fits.includes(act);
  }

  private mayVerify(): boolean {
    return store.session?.permissions.includes("incidents.verify") ?? false;
  }

  private offers(form: ActForm): boolean {
    const { incident } = this;
    if (VERIFYING.includes(form) && !this.mayVerify()) return false;
    if (form === "reject" && incident.resolvedById === store.session?.principal.id) return false;
    if (form === "answer") return incident.answerOwed;
    if (form === "unmerge") return incident.outcome === "merged";
    if (form === "reopen") return this.fits("reopen") && incident.outcome !== "merged";
    if (form === "close") return this.fits("close") && !(incident.state === "open" || incident.state === "triaged") && !(incident.state === "resolved" && incident.asked);
    return form === "triage" ? this.fits("triage") || this.fits("open") : this.fits(form as ActName);
  }

  private endsOutright(): boolean {
    const { state, injured } = this.incident;
    return this.fits("close") && state !== "resolved" && state !== "verified" && injured === 0;
  }

  private async take(): Promise<void> {
    this.busy = true;
    await takeOver(this.incident);
    this.busy = false;
    this.dispatchEvent(new CustomEvent("acted"));
  }

  /** The stream may tell what came of it before the answer does: the next form that opens meanwhile stays open. */
  private async given(given: Given): Promise<void> {
    const sent = this.form;
    this.sending = sent;
    await ("act" in given ? this.carry(given.act, given.answered) : this.join(given));
    this.sending = null;
    if (this.refusal === null && this.form === sent) this.form = null;
  }

  private async join(given: { into: string } | { apart: string }): Promise<void> {
    const { id } = this.incident;
    this.busy = true;
    try {
      const told = "into" in given ? await api.merge(id, given.into) : await api.unmerge(id, given.apart);
      store.keep([told]);
      this.refusal = null;
    } catch (cause) {
      this.refusal = cause instanceof Problem && cause.status > 0 ? cause.message : this.words.serverSilent;
    }
    this.busy = false;
    this.dispatchEvent(new CustomEvent("acted"));
  }

  /** An alarm that is triaged becomes an incident first; a caller is answered before it is closed. */
  private async carry(act: IncidentAct, answered = ""): Promise<void> {
    this.busy = true;
    const { incident } = this;
    const opened = act.act === "triage" && incident.fits.includes("open") ? await carryOut(incident.id, { act: "open" }) : null;
    const told = answered && !opened ? await carryOut(incident.id, { act: "answer", note: answered }) : null;
    this.refusal = opened ?? told ?? (await carryOut(incident.id, act));
    this.busy = false;
    if (this.refusal === null && act.act === "shelve") undo.offer(incident, "shelve");
    this.dispatchEvent(new CustomEvent("acted"));
  }
}
