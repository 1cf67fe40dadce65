/** Types of entities that the reader may see: how many of each, with which attributes. */
import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { broker, type EntityType } from "../api/broker";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import { shortName } from "./asks";
import { brokerStyles } from "./broker-styles";
import { BrokerView } from "./broker-view";

@customElement("broker-types")
export class BrokerTypes extends BrokerView {
  @state() private types: readonly EntityType[] | null = null;
  @state() private entities = 0;

  static override readonly styles = [
    controls,
    panelParts,
    brokerStyles,
    css`
      table {
        width: calc(100% - 1.25rem);
        margin: 0.25rem 0.625rem;
        border-collapse: collapse;
        table-layout: fixed;
      }

      th,
      td {
        padding: 0.4375rem 0.5rem;
        text-align: left;
        vertical-align: top;
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }

      thead th {
        color: var(--ink2);
        font-weight: 400;
        font-size: var(--t12);
      }

      tbody th {
        font-weight: 500;
      }

      tr {
        border-bottom: 1px solid var(--line);
      }

      .n {
        width: 5.5rem;
        text-align: right;
      }

      td:last-child {
        color: var(--ink2);
      }
    `,
  ];

  protected async read(): Promise<boolean> {
    const { entities, types } = await broker.types();
    Object.assign(this, { entities, types });
    return false;
  }

  protected override render() {
    const { said, types } = this;
    const n = (value: number) => this.format.exact(value);
    return html`
      <div class="section-head"><h2>${said.types}</h2><span class="count">${types === null ? "" : said.entitiesIn(n(this.entities), n(types.length))}</span></div>
      ${this.heard()}
      ${types === null ? html`<p class="empty" aria-busy="true">${said.loading}</p>` : nothing}
      ${types?.length === 0 ? this.none(said.noTypes, said.noTypesHow) : nothing}
      ${types?.length
        ? html`<table>
            <thead><tr><th scope="col">${said.type}</th><th scope="col" class="n">${said.entities}</th><th scope="col">${said.attributes}</th></tr></thead>
            <tbody>${types.map((each) => html`<tr><th scope="row"><button class="link" title=${each.type} @click=${() => screenState.go({ detail: `types/${each.type}` })}>${shortName(each.name)}</button></th><td class="n">${n(each.entities)}</td><td>${each.attributes.map(shortName).join(", ")}</td></tr>`)}</tbody>
          </table>`
        : nothing}
    `;
  }
}
