/** What the screens of warnings look like alike. */
import { css } from "lit";

export const warningStyles = css`
  .head {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    padding: 0.75rem 1.125rem 0.5rem;
  }

  .head h1,
  .head h2 {
    flex: 1;
    font: 500 1.0625rem/1.5rem var(--text);
  }

  .back {
    display: inline-flex;
    align-items: center;
    gap: 0.25rem;
    padding: 0.625rem 1.125rem 0;
    color: var(--ink2);
    font-size: 0.8125rem;
  }

  .exercise {
    padding: 0 0.375rem;
    border: 1px solid var(--exercise);
    border-radius: 0.25rem;
    font-size: var(--t12);
    font-weight: 600;
    line-height: 1.125rem;
  }

  .fault {
    color: var(--danger);
    font-size: var(--t12);
    line-height: 1rem;
  }

  .fault.note {
    color: var(--ink2);
  }

  .acts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
  }

  .ask {
    display: grid;
    gap: 0.625rem;
    padding: 0.75rem;
    border: 1px solid var(--line);
    border-left: 3px solid var(--caution);
    border-radius: 0.375rem;
  }

  a.button {
    color: inherit;
    text-decoration: none;
  }
`;

/** A row of a list of warnings. */
export const warningRows = css`
  .row {
    align-items: flex-start;
  }

  .row .main {
    display: grid;
    gap: 0.125rem;
    text-align: start;
  }

  .title {
    font-weight: 500;
  }
`;
