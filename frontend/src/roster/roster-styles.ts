/** What the parts of the roster share. */
import { css } from "lit";

export const rosterStyles = css`
  :host {
    display: block;
  }

  h1 {
    font: 500 1.0625rem/1.5rem var(--text);
  }

  form,
  .box {
    display: grid;
    gap: 0.75rem;
    padding: 0.875rem 1.125rem 1rem;
    border-bottom: 1px solid var(--line);
  }

  .pair {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 0.5rem;
  }

  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: end;
  }

  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.875rem;
  }

  legend {
    padding: 0;
    font-size: var(--t12);
    color: var(--ink2);
  }

  .row.open {
    background: var(--raised);
  }

  .off {
    color: var(--ink2);
  }

  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.8125rem;
  }

  th {
    text-align: left;
    font-weight: 400;
    color: var(--ink2);
  }

  th,
  td {
    padding: 0.25rem 0.5rem 0.25rem 0;
    border-bottom: 1px solid var(--line);
    vertical-align: top;
  }

  .text {
    padding: 0.5rem 1.125rem;
  }
`;
