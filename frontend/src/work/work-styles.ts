/** Styles of the lists of computations and commands. */
import { css } from "lit";

export const workStyles = css`
  .one {
    display: grid;
    gap: 0.25rem;
    padding: 0.75rem 1.125rem;
    border-bottom: 1px solid var(--line);
  }

  .title {
    display: flex;
    align-items: center;
    gap: 0.625rem;
  }

  .title strong {
    flex: 1;
    min-width: 0;
    font-weight: 500;
  }

  .one p {
    color: var(--ink2);
    font-size: var(--t12);
    line-height: 1.0625rem;
    overflow-wrap: anywhere;
  }

  .one .asks {
    color: var(--ink);
  }

  progress {
    width: 100%;
    height: 0.25rem;
    appearance: none;
    border: 0;
    background: var(--line);
  }

  progress::-webkit-progress-bar {
    background: var(--line);
  }

  progress::-webkit-progress-value {
    background: var(--accent);
  }

  progress::-moz-progress-bar {
    background: var(--accent);
  }

  .acts {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.5rem;
    padding-top: 0.25rem;
  }

  .acts .field {
    flex: 1 1 12rem;
  }
`;
