/** A table of numbers that may be wider than its panel: what all of them have alike. */
import { css } from "lit";

export const tableParts = css`
  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }
`;
