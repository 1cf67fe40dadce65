/** Commands that were given: what became of each, and the second person's yes or no to those that wait. */
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Command, type CommandAct, type OfferedCommand, work } from "../api/work";
import { View } from "../frame/view";
import { store } from "../live/store";
import { controls, panelParts } from "../theme/controls";
import { Lookout } from "./lookout";
import "./offer-box";
import { sameOffers } from "./same-offers";
import { workStyles } from "./work-styles";

@customElement("command-list")
export class CommandList extends View {
  @state() private commands: readonly Command[] = [];
  @state() private offered: readonly OfferedCommand[] = [];
  @state() private count = 0;
  @state() private unknownRules: readonly string[] = [];
  @state() private problem = "";
  @state() private notes: Record<string, string> = {};
  private readonly lookout = new Lookout(this, () => this.read());

  static override readonly styles = [controls, panelParts, workStyles];

  private async read(): Promise<boolean> {
    try {
      const told = await work.commands();
      this.commands = told.commands;
      this.offered = sameOffers(this.offered, told.offered);
      this.count = told.count;
      this.unknownRules = told.unknownRules;
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    return this.commands.some(({ state }) => state === "begun" || state === "awaitingSecond");
  }

  private async act(command: Command, act: CommandAct): Promise<void> {
    this.problem = "";
    try {
      await work.act(command.id, act);
    } catch (cause) {
      this.problem = this.saidOf(cause);
    }
    await this.lookout.again();
  }

  protected override render() {
    const words = this.words.work;
    return html`
      <div class="section-head"><h2>${words.commands}</h2><span class="count">${this.format.exact(this.count)}</span></div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.mayGive ? html`<offer-box .offers=${this.offered} .label=${words.giveOne} @asked=${() => this.lookout.again()}></offer-box>` : nothing}
      ${this.unknownRules.map((name) => html`<p class="notice">${words.unknownRule(name)}</p>`)}
      ${this.commands.length
        ? this.commands.map((command) => this.command(command))
        : html`<p class="empty">${words.noCommands}</p>`}
    `;
  }

  private command(command: Command) {
    const words = this.words.work;
    const people = [command.requestedBy, command.second].filter(Boolean).join(" + ");
    const told = [
      words.commandStates[command.state],
      command.exercise && words.exercise,
      people,
      this.format.moment(command.endedAt ?? command.requestedAt),
    ];
    return html`<div class="one" data-state=${command.state}>
      <div class="title"><strong>${this.text(command.title)}</strong></div>
      <p>${told.filter(Boolean).join(" · ")}</p>
      ${command.command ? html`<p>${this.said(command.command)}</p>` : nothing}
      ${command.reasons.map((reason) => html`<p class="asks">${this.text(reason)}</p>`)} ${this.acts(command)}
    </div>`;
  }

  private said(command: Record<string, unknown>): string {
    return Object.entries(command)
      .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
      .join(" · ");
  }

  private acts(command: Command) {
    if (!this.mayGive) return nothing;
    if (command.state === "awaitingSecond") return this.asSecond(command);
    return command.state === "uncertain" ? this.settling(command) : nothing;
  }

  private get mayGive(): boolean {
    return store.session?.permissions.includes("commands.give") ?? false;
  }

  private asSecond(command: Command) {
    const words = this.words.work;
    const note = this.notes[command.id] ?? "";
    return html`
      ${command.waitsUntil ? html`<p class="asks">${words.waitsUntil(this.format.moment(command.waitsUntil))}</p>` : nothing}
      ${command.own ? html`<p>${words.own}</p>` : nothing}
      <div class="acts">
        ${command.own
          ? nothing
          : html`<button class="button primary" @click=${() => this.act(command, { act: "approve" })}>${words.approve}</button>`}
        ${this.note(command, words.note)}
        <button class="button" @click=${() => this.act(command, { act: "decline", note })}>
          ${command.own ? words.withdraw : words.decline}
        </button>
      </div>
    `;
  }

  private settling(command: Command) {
    const words = this.words.work;
    const note = (this.notes[command.id] ?? "").trim();
    const settle = (happened: boolean) => this.act(command, { act: "settle", happened, note });
    return html`<div class="acts">
      ${this.note(command, words.seen)}
      <button class="button" ?disabled=${!note} @click=${() => settle(true)}>${words.happened}</button>
      <button class="button" ?disabled=${!note} @click=${() => settle(false)}>${words.notHappened}</button>
    </div>`;
  }

  private note(command: Command, label: string) {
    const typed = (event: Event) => (this.notes = { ...this.notes, [command.id]: (event.target as HTMLInputElement).value });
    return html`<label class="field">${label}<input .value=${this.notes[command.id] ?? ""} @input=${typed} /></label>`;
  }
}
