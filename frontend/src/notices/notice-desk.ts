/** Notices that were not delivered, to be sent again; and the contacts who are told. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Contact, type ContactBook, type Delivery, type Notice, type NoticeBook, notices } from "../api/notices";
import { controls, panelParts } from "../theme/controls";
import "./contact-form";
import { Lookout } from "../work/lookout";
import { ToldView, toldStyles } from "./told-view";

@customElement("notice-desk")
export class NoticeDesk extends ToldView {
  @state() private book: NoticeBook | null = null;
  @state() private people: ContactBook | null = null;
  @state() private unheard: readonly Notice[] = [];
  @state() private adding = false;
  /** The contact whose removal was asked for once. */
  @state() private striking = "";
  @state() private said = "";

  static override readonly styles = [controls, panelParts, toldStyles];

  private readonly lookout = new Lookout(this, () => this.read());

  /** What was said last stays: only a failure replaces it. */
  private async read(): Promise<false> {
    try {
      const [book, nobody, unheard] = await Promise.all([notices.givenUp(), notices.unheard("nobody"), notices.unheard("unheard")]);
      this.book = book;
      this.unheard = [...nobody.notices, ...unheard.notices].sort((one, other) => other.at.localeCompare(one.at));
      if (this.may("contacts.manage")) this.people = await notices.contacts();
    } catch (cause) {
      this.said = this.saidOf(cause);
    }
    return false;
  }

  private async trying(act: () => Promise<void>): Promise<void> {
    this.said = "";
    try {
      await act();
    } catch (cause) {
      this.said = this.saidOf(cause);
    }
  }

  private resend(delivery: Delivery) {
    return this.trying(async () => {
      await notices.again(delivery.id);
      this.book = await notices.givenUp();
    });
  }

  private strike(contact: Contact) {
    if (this.striking !== contact.id) {
      this.striking = contact.id;
      return;
    }
    this.striking = "";
    return this.trying(async () => {
      await notices.strike(contact.id);
      this.people = await notices.contacts();
    });
  }

  private tryOut(contact: Contact) {
    return this.trying(async () => {
      await notices.tryOut(contact.id);
      this.said = this.told.tested;
    });
  }

  private readonly listed = async (event: CustomEvent<{ secret: string | null }>) => {
    this.adding = false;
    await this.lookout.again();
    if (event.detail.secret) this.said = this.told.secret(event.detail.secret);
  };

  protected override render() {
    const words = this.told;
    const waiting = (this.book?.counts.waiting ?? 0) + (this.book?.counts.sending ?? 0);
    return html`
      <div class="section-head">
        <h2>${words.givenUp}</h2>
        ${this.book ? html`<span class="count">${this.format.exact(this.book.counts.dead ?? 0)}</span>` : nothing}
      </div>
      ${this.said ? html`<p class="notice answer" role="status">${this.said}</p>` : nothing}
      ${waiting ? html`<p class="empty small">${words.waiting(this.format.exact(waiting))}</p>` : nothing}
      ${this.book?.notices.length
        ? this.book.notices.map((notice) => this.row(notice))
        : html`<p class="empty">${this.book ? words.noneGivenUp : this.words.loading}</p>`}
      ${this.unheard.length ? this.nobody() : nothing}
      ${this.people ? this.contacts(this.people) : nothing}
    `;
  }

  private nobody() {
    const words = this.told;
    return html`<div class="section-head"><h2>${words.nobodyHeard}</h2></div>
      ${this.unheard.map(
        (notice) => html`<div class="notice-row">
          <div class="top"><span>${this.text(notice.title)}</span><time class="small" datetime=${notice.at}>${this.format.moment(notice.at)}</time></div>
          <div class="small">${[this.whom(notice.to), words.notice[notice.state]].filter(Boolean).join(" · ")}</div>
        </div>`,
      )}`;
  }

  private row(notice: Notice) {
    const dead = notice.deliveries.filter(({ state }) => state === "dead");
    return html`<div class="notice-row">
      <div>${this.text(notice.title)}</div>
      <div class="small">${this.whom(notice.to)}</div>
      ${dead.map(
        (delivery) => html`${this.line(delivery)}
          <div class="acts"><button class="button" @click=${() => this.resend(delivery)}>${this.told.again}</button></div>`,
      )}
    </div>`;
  }

  private contacts(book: ContactBook) {
    const words = this.told;
    return html`
      <div class="section-head">
        <h2>${words.contacts}</h2><span class="count">${this.format.exact(book.contacts.length)}</span>
      </div>
      ${book.contacts.length ? book.contacts.map((contact) => this.contact(contact, book)) : html`<p class="empty">${words.noContacts}</p>`}
      ${this.adding
        ? html`<contact-form .groups=${book.groups} .ways=${book.ways} @listed=${this.listed} @left=${() => (this.adding = false)}></contact-form>`
        : html`<p class="empty"><button class="button" @click=${() => (this.adding = true)}>${words.add}</button></p>`}
    `;
  }

  private contact(contact: Contact, book: ContactBook) {
    const words = this.told;
    const { quiet } = contact;
    const way = words.channel[contact.channel] + (book.ways.includes(contact.channel) ? "" : ` (${words.noWay})`);
    return html`<div class="notice-row">
      <div class="top"><span>${contact.name}</span><span class="small">${this.whom(contact.groups)}, ${words.level(String(contact.level))}</span></div>
      <div class="small answer">${way}: ${contact.address}</div>
      ${quiet ? html`<div class="small">${words.quiet(quiet.from, quiet.until, String(quiet.except))}</div>` : nothing}
      ${contact.exercises ? html`<div class="small">${words.exercises}</div>` : nothing}
      <div class="acts">
        <button class="button" @click=${() => this.tryOut(contact)}>${words.test}</button>
        <button class="button" @click=${() => this.strike(contact)}>${this.striking === contact.id ? words.strikeSure : words.strike}</button>
      </div>
    </div>`;
  }
}
