/** How a page looks whose content has not come yet. */
import { css } from "lit";

export const honest = css`
  h1 {
    padding: 0.75rem 1.125rem 0;
    font: 500 1.0625rem/1.5rem var(--text);
  }

  .lead {
    padding: 0 1.125rem 0.75rem;
    color: var(--ink2);
    border-bottom: 1px solid var(--line);
  }
`;
