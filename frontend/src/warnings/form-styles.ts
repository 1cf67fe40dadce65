/** What the form of a warning looks like. */
import { css } from "lit";

export const formStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }

  section {
    display: grid;
    gap: 0.625rem;
    padding: 0.75rem 1.125rem 0.875rem;
    border-bottom: 1px solid var(--line);
  }

  .two {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0.625rem 0.75rem;
    align-items: start;
  }

  @container (max-width: 30rem) {
    .two {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  h2 .small {
    font-weight: 400;
  }

  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.875rem;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    padding: 0 0 0.25rem;
    color: var(--ink2);
    font-size: var(--t12);
  }

  .check {
    display: inline-flex;
    align-items: center;
    gap: 0.375rem;
    font-size: 0.8125rem;
  }

  .check input {
    accent-color: var(--accent);
  }

  .quick {
    padding-top: 0.375rem;
  }

  .good {
    color: var(--safe);
  }

  .ending {
    position: sticky;
    bottom: 0;
    background: var(--surface);
    border-top: 1px solid var(--line);
    border-bottom: 0;
  }

  :host-context([data-mode="phone"]) .ending {
    position: static;
  }
`;
