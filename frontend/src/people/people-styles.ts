import { css } from "lit";

export const peopleStyles = css`
  form {
    display: grid;
    gap: 0.75rem;
    padding: 0.875rem 1.125rem;
    border-bottom: 1px solid var(--line);
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
    gap: 0.75rem;
  }

  .acts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: center;
  }

  .row {
    flex-wrap: wrap;
    row-gap: 0.25rem;
  }

  .row .main {
    flex: 1 1 16rem;
    overflow-wrap: anywhere;
  }

  .secret {
    display: grid;
    gap: 0.5rem;
    justify-items: start;
  }

  .secret code {
    font-size: 1rem;
    line-height: 1.5rem;
    user-select: all;
    overflow-wrap: anywhere;
  }

  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr));
    gap: 0.25rem 0.75rem;
  }

  legend {
    padding: 0 0 0.25rem;
    font-size: var(--t12);
    color: var(--ink2);
  }

  .tick {
    display: flex;
    gap: 0.5rem;
    align-items: baseline;
    font-size: 0.8125rem;
  }

  .off {
    color: var(--ink2);
  }
`;
