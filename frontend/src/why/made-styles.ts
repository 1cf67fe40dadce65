/** The look of what says how a value was made. */
import { css } from "lit";

export const madeStyles = css`
  :host {
    display: block;
    font-size: 0.8125rem;
  }

  p {
    overflow-wrap: anywhere;
  }

  .rule {
    color: var(--ink);
    font-weight: 500;
  }

  dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 0.125rem 0.875rem;
    margin: 0.25rem 0;
    font-size: var(--t12);
    line-height: 1.125rem;
  }

  dt {
    color: var(--ink2);
  }

  dd {
    overflow-wrap: anywhere;
  }

  pre {
    margin: 0.375rem 0 0;
    padding: 0.5rem 0.625rem;
    max-height: 14rem;
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: 0.25rem;
    background: var(--bg);
    font-size: var(--t12);
    line-height: 1.125rem;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
`;
