/** The indicators: now, target, gap, trend, owner. A table where there is room, two lines each where there is not. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Standing, Value } from "../api/types";
import { shortTime } from "../format/period";
import { mayWrite } from "../entry/may-write";
import { icon } from "../frame/icons";
import { View } from "../frame/view";
import { decidedAddress, indicatorAddress } from "../live/programme";
import { store } from "../live/store";
import { screenState } from "../screen/screen";
import { controls, panelParts } from "../theme/controls";
import "../value/method-mark";
import { ageOf } from "../value/age";
import "../why/why-link";
import { ageText, figure, providerName, spoken, unitText } from "../value/words";
import "./spark-line";

@customElement("indicator-table")
export class IndicatorTable extends View {
  @property({ attribute: false }) standings: readonly Standing[] = [];

  static override readonly styles = [
    controls,
    panelParts,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }

      .heads {
        display: none;
      }

      h3 {
        padding: 0.75rem 1.125rem 0.25rem;
        font: 500 var(--t12) / 1rem var(--text);
        color: var(--ink2);
      }

      li,
      .heads {
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.125rem 0.75rem;
        padding: 0.5rem 1.125rem 0.5625rem;
        border-bottom: 1px solid var(--line);
      }

      li {
        display: grid;
        align-items: baseline;
        grid-template-areas: "label now" "about trend" "target target";
      }

      .label {
        grid-area: label;
      }

      .about {
        grid-area: about;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.125rem 0.5rem;
        min-width: 0;
      }

      .now {
        grid-area: now;
        justify-self: end;
        text-align: right;
        font-weight: 500;
        white-space: nowrap;
      }

      .now:hover,
      .target button:hover,
      .owner button:hover {
        color: var(--accent);
      }

      .now small {
        font-size: var(--t12);
        font-weight: 400;
        color: var(--ink2);
      }

      .trend {
        grid-area: trend;
        justify-self: end;
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }

      .target {
        grid-area: target;
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
        font-size: var(--t12);
        line-height: 1.125rem;
      }

      .none,
      .unknown .now {
        color: var(--ink3);
        font-weight: 400;
      }

      .note {
        flex-basis: 100%;
      }

      .flag {
        display: inline-flex;
        align-items: center;
        gap: 0.25rem;
        min-width: 0;
      }

      .flag svg {
        flex: none;
        color: var(--caution);
      }

      .origin {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
        min-width: 0;
      }

      @container (min-width: 44rem) {
        li,
        .heads {
          grid-template-columns: minmax(0, 1fr) 6.5rem 8.5rem 7.5rem 8.5rem;
          grid-template-areas: "label now target trend owner" "about about about about about";
          column-gap: 1rem;
        }

        .heads {
          display: grid;
          grid-template-areas: "label now target trend owner";
          font-size: var(--t12);
          line-height: 1rem;
          color: var(--ink3);
        }

        .heads .now {
          font-weight: 400;
        }

        .heads .target,
        .heads .trend {
          display: block;
        }

        .target {
          display: grid;
          text-align: right;
          justify-items: end;
        }

        .target .owner {
          display: none;
        }

        li > .owner {
          grid-area: owner;
          display: block;
        }
      }

      @container (max-width: 43.99rem) {
        li > .owner,
        .heads .owner {
          display: none;
        }
      }

      .owner {
        font-size: var(--t12);
        line-height: 1.125rem;
      }
    `,
  ];

  protected override render() {
    const { columns } = this.words.programme;
    const groups = [...new Set(this.standings.map(({ group }) => group))];
    return html`
      <div class="heads" aria-hidden="true">
        <span class="label">${columns.indicator}</span><span class="now">${columns.now}</span>
        <span class="target">${columns.target}</span><span class="trend">${columns.trend}</span><span class="owner">${columns.owner}</span>
      </div>
      ${groups.map((group) => this.group(group))}
    `;
  }

  private group(group: string) {
    const names: Record<string, string> = this.words.programme.groups;
    return html`<h3>${names[group] ?? group}</h3>
      <ul>
        ${this.standings.filter((each) => each.group === group).map((each) => this.row(each))}
      </ul>`;
  }

  private row(each: Standing) {
    const { value } = each;
    const open = () => screenState.adjust({ value: indicatorAddress(each.id) });
    const sources = store.city?.sources ?? [];
    return html`<li class=${value.value === null ? "unknown" : ""}>
      <span class="label">${this.text(each.label)}</span>
      <button
        class="now"
        aria-haspopup="dialog"
        aria-label=${spoken(value, sources, this.words, this.format)}
        data-method=${value.method ?? "unstated"}
        data-provider=${value.provider ?? value.providers?.[0] ?? value.writtenBy ?? ""}
        @click=${open}
      >
        ${figure(value, this.words, this.format)} <small>${value.value === null ? "" : unitText(value, this.format)}</small>
      </button>
      <div class="about small">${this.about(each)}</div>
      <div class="target">${this.target(each)} ${this.owner(each)}</div>
      <div class="trend small">${this.trend(each)}</div>
      ${this.owner(each)}
    </li>`;
  }

  private about({ id, value, note }: Standing) {
    if (value.value === null) return html`<span class="note">${this.text(note)}</span>`;
    const { seconds, state } = ageOf(value, store.clock());
    const days = seconds === null ? null : seconds / 86_400;
    return html`
      <span class="origin">
        <method-mark .method=${value.method}></method-mark>
        <span class="cut-off">${providerName(value, store.city?.sources ?? [], this.words, this.format)}</span>
      </span>
      <span>${shortTime(value, this.words, this.format)}</span>
      ${days === null ? nothing : html`<span class="flag">${state === "late" ? icon("clock", 13) : nothing} ${ageText(seconds ?? 0, this.words, this.format)}</span>`}
      ${this.doubts(value)} ${this.why(id, value)} ${note ? html`<span class="note">${this.text(note)}</span>` : nothing}
    `;
  }

  private why(id: string, value: Value) {
    return html`<why-link .address=${indicatorAddress(id)} .label=${this.text(value.label)}></why-link>`;
  }

  private doubts({ flags }: Value) {
    const [first] = flags;
    if (!first) return nothing;
    const text = flags.length > 1 ? this.words.flags(flags.length) : this.text(first.text);
    return html`<span class="flag" title=${flags.map((flag) => this.text(flag.text)).join("\n")}>${icon("flag", 13)} <span>${text}</span></span>`;
  }

  private target(each: Standing) {
    const { target, targetYear, direction } = each.decided;
    const { programme } = this.words;
    const open = () => screenState.adjust({ value: decidedAddress(each.id, "target") });
    if (!target) {
      return mayWrite()
        ? html`<button class="none" @click=${() => screenState.openPlace(each.entity)}>${programme.noTarget}</button>`
        : html`<span class="none">${programme.noTarget}</span>`;
    }
    const way = direction?.valueText ? this.text(direction.valueText) : "";
    const unit = unitText(each.value, this.format);
    return html`<button aria-haspopup="dialog" @click=${open}>
        ${[way, figure(target, this.words, this.format), unit, targetYear ? `(${targetYear.value})` : ""].filter(Boolean).join(" ")}
      </button>
      ${each.gap ? html`<span>${this.gap(each.gap, unit)}</span>` : nothing}`;
  }

  private gap({ value, reached }: NonNullable<Standing["gap"]>, unit: string): string {
    const { programme } = this.words;
    if (reached) return programme.reached;
    return programme.gap(`${value > 0 ? "+" : "−"}${this.format.glance(Math.abs(value))} ${unit}`.trim());
  }

  private owner(each: Standing) {
    const { agency } = each.decided;
    const open = () => screenState.adjust({ value: decidedAddress(each.id, "agency") });
    if (!agency) return html`<span class="owner none">${this.words.programme.noOwner}</span>`;
    return html`<span class="owner"><button aria-haspopup="dialog" @click=${open}>${agency.value}</button></span>`;
  }

  private trend({ trend }: Standing) {
    if (trend.points.length < 2) return nothing;
    const change = trend.change ?? 0;
    const sign = change > 0 ? "+" : change < 0 ? "−" : "";
    return html`<spark-line .points=${trend.points}></spark-line>
      <span><span class="unseen">${this.words.programme.change}</span>${sign}${this.format.glance(Math.abs(change))}</span>`;
  }
}
