/** A table of numbers that may be wider than its panel: what all of them have alike. */
import { css, html } from "lit";

export const tableParts = css`
  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }
`;

/** Such a table under its heads, scrolled by touch and by keys; `label` says what it is about. */
export const scrolledTable = (label: string, heads: readonly string[], rows: unknown) =>
  html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
