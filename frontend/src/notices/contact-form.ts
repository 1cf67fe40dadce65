/** A contact is written down: who, for whom, by which way, and when he is left alone. */
import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type ContactWish, type NoticeChannel, notices } from "../api/notices";
import type { Language } from "../api/types";
import { LANGUAGE_NAMES } from "../strings/catalogue";
import { controls, panelParts } from "../theme/controls";
import { ToldView } from "./told-view";

const CHANNELS: readonly NoticeChannel[] = ["email", "webhook", "mqtt", "apprise"];

@customElement("contact-form")
export class ContactForm extends ToldView {
  @property({ attribute: false }) groups: readonly string[] = [];
  @property({ attribute: false }) ways: readonly NoticeChannel[] = [];
  @state() private refusal = "";
  @state() private busy = false;

  static override readonly styles = [
    controls,
    panelParts,
    css`
      form {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 0.625rem;
        padding: 0.75rem 1.125rem;
        border-bottom: 1px solid var(--line);
      }

      .wide {
        grid-column: 1 / -1;
      }

      .check {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        font-size: 0.8125rem;
      }
    `,
  ];

  private readonly save = async (event: SubmitEvent) => {
    event.preventDefault();
    this.busy = true;
    this.refusal = "";
    try {
      const detail = await notices.list(wishOf(new FormData(event.target as HTMLFormElement)));
      this.dispatchEvent(new CustomEvent("listed", { detail }));
    } catch (cause) {
      this.refusal = this.saidOf(cause);
    }
    this.busy = false;
  };

  protected override render() {
    const words = this.told;
    return html`<form @submit=${this.save}>
      <label class="field">${words.name}<input name="name" required maxlength="200" autocomplete="off" /></label>
      <label class="field">${words.group}
        <select name="group">${this.groups.map((code) => html`<option value=${code}>${this.whom([code])}</option>`)}</select>
      </label>
      <label class="field">${words.way}
        <select name="channel">
          ${CHANNELS.map((each) => html`<option value=${each} ?disabled=${!this.ways.includes(each)} ?selected=${each === this.ways[0]}>${words.channel[each]}${this.ways.includes(each) ? "" : ` (${words.noWay})`}</option>`)}
        </select>
      </label>
      <label class="field">${words.levelField}<input name="level" type="number" min="1" max="9" value="1" required /></label>
      <label class="field wide">${words.address}<input name="address" required maxlength="2000" autocomplete="off" spellcheck="false" /></label>
      <label class="field">${words.language}
        <select name="language">
          ${Object.entries(LANGUAGE_NAMES).map(([code, name]) => html`<option value=${code}>${name}</option>`)}
        </select>
      </label>
      <label class="field">${words.quietExcept}<input name="except" type="number" min="0" max="5" value="2" required /></label>
      <label class="field">${words.quietFrom}<input name="from" type="time" /></label>
      <label class="field">${words.quietUntil}<input name="until" type="time" /></label>
      <label class="check wide"><input name="exercises" type="checkbox" />${words.exercises}</label>
      ${this.refusal ? html`<p class="wide" role="alert">${this.refusal}</p>` : ""}
      <div class="wide">
        <button class="button primary" ?disabled=${this.busy}>${words.save}</button>
        <button class="button" type="button" @click=${() => this.dispatchEvent(new CustomEvent("left"))}>${words.leave}</button>
      </div>
    </form>`;
  }
}

/** Quiet hours are there when both ends are. */
export function wishOf(form: FormData): ContactWish {
  const said = (name: string) => String(form.get(name) ?? "").trim();
  const [from, until] = [said("from"), said("until")];
  return {
    name: said("name"),
    groups: [said("group")],
    level: Number(said("level")),
    channel: said("channel") as NoticeChannel,
    address: said("address"),
    language: said("language") as Language,
    quiet: from && until ? { from, until, except: Number(said("except")) } : null,
    exercises: form.get("exercises") !== null,
  };
}
