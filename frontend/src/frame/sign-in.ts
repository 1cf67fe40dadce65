/** Signing in, when the server has accounts. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { api, Problem } from "../api/client";
import type { Text } from "../api/types";
import { store } from "../live/store";
import { controls } from "../theme/controls";
import { mark } from "./icons";
import { View } from "./view";

@customElement("sign-in")
export class SignIn extends View {
  @state() private busy = false;
  @state() private refusal: string | null = null;
  /** The password was right and is good for one time: another one is asked for. */
  @state() private choosing = false;
  /** Who else keeps accounts for this house. */
  @state() private providers: readonly { id: string; name: Text }[] = [];

  static override readonly styles = [
    controls,
    css`
      :host {
        display: grid;
        place-items: center;
        height: 100%;
      }

      form {
        display: grid;
        gap: 1rem;
        width: 20rem;
        max-width: calc(100vw - 2rem);
      }

      .head {
        display: flex;
        align-items: center;
        gap: 0.75rem;
      }

      h1 {
        font: 600 1.0625rem/1.5rem var(--text);
      }

      .button {
        padding: 0.5rem;
        text-align: center;
      }

      a.button {
        color: inherit;
        text-decoration: none;
        white-space: normal;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void api.providers().then(
      (providers) => (this.providers = providers),
      () => undefined,
    );
  }

  protected override render() {
    const { words } = this;
    return html`<main>
      <form @submit=${this.submit}>
        <div class="head">${mark(32)}<h1>Pinisi</h1></div>
        <label class="field">${words.accountName}<input name="account" autocomplete="username" required autofocus /></label>
        <label class="field">
          ${words.password}<input name="password" type="password" autocomplete="current-password" required />
        </label>
        ${this.choosing ? this.choice() : nothing} ${this.refusal ? html`<p role="alert">${this.refusal}</p>` : nothing}
        <button class="button primary" ?disabled=${this.busy}>${words.signIn}</button>
        ${this.providers.map(({ id, name }) => this.elsewhere(id, this.text(name)))}
      </form>
    </main>`;
  }

  private elsewhere(id: string, name: string) {
    const to = encodeURIComponent(window.location.pathname + window.location.search);
    return html`<a class="button" href="/pinisi/v1/sign-in/${id}?to=${to}">${this.words.signInWith(name)}</a>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    this.busy = true;
    this.refusal = null;
    try {
      const chosen = given.get("chosen");
      await store.signIn(String(given.get("account")), String(given.get("password")), chosen === null ? null : String(chosen));
    } catch (cause) {
      if (!this.choosing && cause instanceof Problem && cause.status === 409) this.choosing = true;
      else this.refusal = this.why(cause);
    }
    this.busy = false;
  }

  private choice() {
    return html`<p role="status">${this.words.oneTimePassword}</p>
      <label class="field">
        ${this.words.newPassword}<input name="chosen" type="password" autocomplete="new-password" minlength="12" required />
      </label>`;
  }

  private why(cause: unknown): string {
    if (!(cause instanceof Problem) || cause.status === 0) return this.words.serverSilent;
    return cause.status === 401 ? this.words.signInRefused : cause.message;
  }
}
