/** A strip of tabs below a heading: the one shown has `aria-current`. */
import { css } from "lit";

export const tabStrip = css`
  nav {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1rem;
    padding: 0 1.125rem;
    border-bottom: 1px solid var(--line);
  }

  nav button {
    padding: 0.375rem 0;
    border-bottom: 2px solid transparent;
    color: var(--ink2);
    font-size: 0.8125rem;
  }

  nav button[aria-current] {
    border-color: var(--accent);
    color: var(--ink);
  }
`;
