/** Where a department leads its surveys: surveyors and their links, what is counted, a new survey. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { ask, send } from "../api/client";
import { serviceRead, serviceSend } from "../api/service-read";
import { store } from "../live/store";
import { linkCode } from "../roster/link-code";
import { controls, panelParts } from "../theme/controls";
import { fromField } from "../time/zoned";
import { approachesOf } from "./approach-lines";
import { MobilityView } from "./mobility-view";

interface Surveyor {
  account: string;
  name: string;
  invitedUntil: string | null;
}

interface Survey {
  key: string;
  name: string;
  junction: string;
  minutes: number;
  since: string;
  until: string;
  approaches: { name: string }[];
}

interface KnownJunction {
  id: string;
  name: string;
}

interface Link {
  account: string;
  address: string;
  until: string;
}

@customElement("mobility-counting")
export class CountingPage extends MobilityView {
  @state() private surveyors: Surveyor[] | null = null;
  @state() private surveys: Survey[] | null = null;
  @state() private junctions: KnownJunction[] = [];
  @state() private link: Link | null = null;
  @state() private problem = "";

  static override readonly styles = [
    controls,
    panelParts,
    css`
      section {
        padding: 0.5rem 1.125rem 1rem;
      }
      ul {
        padding: 0;
        list-style: none;
      }
      form {
        display: grid;
        gap: 12px;
        max-width: 32rem;
      }
      li {
        margin: 8px 0;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.act(Promise.resolve());
  }

  protected override render() {
    const words = this.say.counting;
    return html`${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      <section aria-label=${words.surveyors}>
        <h2>${words.surveyors}</h2>
        <p class="text small">${words.surveyorsHow}</p>
        ${this.surveyors?.length === 0 ? html`<p class="empty">${words.noSurveyors}</p>` : nothing}
        <ul>
          ${this.surveyors?.map((each) => this.surveyor(each))}
        </ul>
      </section>
      <section aria-label=${words.surveys}>
        <h2>${words.surveys}</h2>
        ${this.surveys?.length === 0 ? html`<p class="empty">${words.noSurveys}</p>` : nothing}
        <ul>
          ${this.surveys?.map((each) => this.survey(each))}
        </ul>
        <h3>${words.plan}</h3>
        ${this.form()}
      </section>`;
  }

  private surveyor({ account, name, invitedUntil }: Surveyor) {
    const words = this.say.counting;
    return html`<li>
      <strong>${name}</strong> ${invitedUntil ? html`<span class="small">${words.waits(this.format.moment(invitedUntil))}</span>` : nothing}
      <button class="button" @click=${() => void this.invite(account)}>${words.invite}</button>
      ${this.link?.account === account ? this.code(this.link) : nothing}
    </li>`;
  }

  private code({ address, until }: Link) {
    const words = this.say.counting;
    return linkCode(address, words, words.codeHow(this.format.moment(until)));
  }

  private survey({ name, junction, approaches, since, until, minutes }: Survey) {
    const period = this.say.counting.period(this.format.moment(since), this.format.moment(until), String(minutes));
    return html`<li>
      <strong>${junction}</strong> · ${name}<br />
      <span class="small">${period} · ${approaches.map((each) => each.name).join(", ")}</span>
    </li>`;
  }

  private form() {
    const words = this.say.counting;
    return html`<form @submit=${(event: SubmitEvent) => this.plan(event)}>
      <label class="field">${words.key}<input name="key" required pattern="[a-z0-9][a-z0-9\\-]*" maxlength="60" /></label>
      <label class="field">${words.name}<input name="name" required maxlength="120" /></label>
      <label class="field">${words.junction}<input name="junction" list="junctions" autocomplete="off" required maxlength="60" /></label>
      <datalist id="junctions">${this.junctions.map(({ id, name }) => html`<option value=${name}>${id}</option>`)}</datalist>
      <p class="small">${words.junctionHow(this.format.exact(this.junctions.length))}</p>
      <label class="field">${words.approaches}<textarea name="approaches" rows="4" required></textarea></label>
      <p class="small">${words.approachesHow}</p>
      <label class="field">${words.since}<input name="since" type="datetime-local" required /></label>
      <label class="field">${words.until}<input name="until" type="datetime-local" required /></label>
      <label class="field">${words.minutes}<select name="minutes"><option>15</option><option>5</option></select></label>
      <button class="button primary">${words.keep}</button>
    </form>`;
  }

  private plan(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const said = (name: string) => String(given.get(name) ?? "");
    const zone = store.city?.timeZone ?? "UTC";
    const moment = (name: string) => fromField(said(name), zone)?.toISOString() ?? "";
    const words = this.say.counting;
    const turns = { left: words.left, through: words.through, right: words.right, "u-turn": words.uturn };
    const approaches = approachesOf(said("approaches"), turns);
    if ("line" in approaches) {
      this.problem = words.badLine(approaches.line);
      return;
    }
    const wish = {
      name: said("name"),
      junction: said("junction"),
      approaches,
      minutes: Number(said("minutes")),
      since: moment("since"),
      until: moment("until"),
    };
    void this.act(serviceSend("mobility", `surveys/${encodeURIComponent(said("key"))}`, wish, "PUT").then(() => form.reset()));
  }

  private async invite(account: string): Promise<void> {
    await this.act(
      send<{ path: string; expiresAt: string }>("surveyors/invitations", { account }).then(({ path, expiresAt }) => {
        this.link = { account, address: location.origin + path, until: expiresAt };
      }),
    );
  }

  private async act(doing: Promise<unknown>): Promise<void> {
    this.problem = "";
    try {
      await doing;
      this.surveyors = (await ask<{ surveyors: Surveyor[] }>("surveyors")).surveyors;
      const told = await serviceRead<{ surveys: Survey[]; junctions: KnownJunction[] }>("mobility", "surveys");
      Object.assign(this, { surveys: told.surveys, junctions: told.junctions });
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
  }
}
