/** The audit trail: whether it still stands, who signed and checked it, and its newest lines. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Checkpoints, people, type Trail, type TrailLine } from "../api/people";
import { ofTenant } from "../api/tenant";
import { controls, panelParts } from "../theme/controls";
import { peopleStyles } from "./people-styles";
import { PeopleView } from "./people-view";

@customElement("trail-view")
export class TrailView extends PeopleView {
  @state() private of: Trail = "city";
  @state() private act = "";
  @state() private lines: readonly TrailLine[] = [];
  @state() private next: number | null = null;
  @state() private seals: Checkpoints | null = null;
  @state() private checking = false;

  static override readonly styles = [
    controls,
    panelParts,
    peopleStyles,
    css`
      td,
      th {
        padding: 0.375rem 0.5rem;
        text-align: left;
        vertical-align: top;
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }

      th {
        font-size: var(--t12);
        color: var(--ink2);
        font-weight: 400;
      }

      table {
        width: calc(100% - 1.25rem);
        margin: 0 0.625rem;
        border-collapse: collapse;
        table-layout: fixed;
      }

      tr {
        border-bottom: 1px solid var(--line);
      }

      .line {
        width: 4rem;
      }

      .time {
        width: 9.5rem;
      }

      .notice {
        display: grid;
        gap: 0.375rem;
      }

      .field select {
        min-width: 9rem;
      }

      @media (max-width: 45rem) {
        .time {
          width: 5.5rem;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  private async read(): Promise<void> {
    await this.trying(async () => {
      const [page, seals] = await Promise.all([people.trail(this.of, { act: this.act, before: null }), people.checkpoints(this.of)]);
      Object.assign(this, { lines: page.lines, next: page.next, seals });
    });
  }

  protected override render() {
    const { said } = this;
    return html`
      <div class="section-head"><h2>${said.tabs.trail}</h2></div>
      ${this.wrong()} ${this.proof()}
      <div class="row acts">
        ${this.may("people.manage")
          ? html`<label class="field">${said.tabs.trail}<select name="of" @change=${this.turned}>
              ${(["city", "people"] as const).map((each) => html`<option value=${each} ?selected=${each === this.of}>${said.trailOf[each]}</option>`)}
            </select></label>`
          : nothing}
        <label class="field">${said.act}<select name="act" @change=${this.narrowed}>
          <option value="">${said.anyAct}</option>
          ${Object.entries(said.acts).map(([act, word]) => html`<option value=${act}>${word}</option>`)}
        </select></label>
      </div>
      ${this.lines.length ? this.table() : html`<p class="row small">${said.noLines}</p>`}
      ${this.next === null ? nothing : html`<p class="row"><button class="button" ?disabled=${this.busy} @click=${this.older}>${said.older}</button></p>`}
    `;
  }

  private proof() {
    const { said, seals } = this;
    if (!seals) return nothing;
    const [, , position, time] = seals.checkpoints.at(-1)?.split(" ") ?? [];
    const { verified } = seals;
    return html`<div class="notice">
      <p role="status" aria-busy=${this.checking}>${this.checking ? said.verifying : verified ? this.found(verified) : said.neverChecked}</p>
      ${verified?.findings.length ? html`<ul>${verified.findings.map((each) => html`<li lang="en">${each}</li>`)}</ul>` : nothing}
      <p class="small">${position && time ? said.sealed(position, this.format.moment(time)) : said.neverSealed}</p>
      <div class="acts">
        <button class="button" ?disabled=${this.busy} @click=${this.check}>${said.verify}</button>
        ${this.may("house.manage") ? html`<button class="button" ?disabled=${this.busy} @click=${this.seal}>${said.seal}</button>` : nothing}
        <a href=${ofTenant(`/pinisi/v1/audit/export?of=${this.of}`)} download>${said.exportTrail}</a>
      </div>
    </div>`;
  }

  private found({ through, at, byName, findings }: NonNullable<Checkpoints["verified"]>): string {
    const { said } = this;
    return findings.length ? said.findings(findings.length) : said.checked(String(through), this.format.moment(at), byName);
  }

  private table() {
    const { said } = this;
    return html`<table>
      <thead><tr><th class="line" scope="col">${said.line}</th><th class="time" scope="col">${said.time}</th>
        <th scope="col">${said.act}</th><th scope="col">${said.name}</th></tr></thead>
      <tbody>${this.lines.map(
        (line) => html`<tr><td>${line.position}</td><td>${this.format.moment(line.time)}</td>
          <td>${said.acts[line.act] ?? line.act}<br /><span class="small">${line.subject} ${told(line.detail)}</span></td><td>${line.byName}</td></tr>`,
      )}</tbody>
    </table>`;
  }

  private readonly turned = (event: Event) => {
    this.of = (event.target as HTMLSelectElement).value as Trail;
    void this.read();
  };

  private readonly narrowed = (event: Event) => {
    this.act = (event.target as HTMLSelectElement).value;
    void this.read();
  };

  private async older(): Promise<void> {
    await this.trying(async () => {
      const page = await people.trail(this.of, { act: this.act, before: this.next });
      Object.assign(this, { lines: [...this.lines, ...page.lines], next: page.next });
    });
  }

  private async check(): Promise<void> {
    this.checking = true;
    await this.trying(async () => {
      await people.verify(this.of);
      this.seals = await people.checkpoints(this.of);
    });
    this.checking = false;
  }

  private async seal(): Promise<void> {
    await this.trying(async () => {
      await people.seal(this.of);
      this.seals = await people.checkpoints(this.of);
    });
  }
}

/** The facts of a line, as it has them: `address 10.0.0.7, provider kota`. */
function told(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(", ") : String(value)}`)
    .join(" · ");
}
