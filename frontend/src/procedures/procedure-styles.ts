/** Styles of a procedure that is followed. */
import { css } from "lit";

export const procedureStyles = css`
  .exercise {
    margin: 0.5rem 1.125rem;
    padding: 0.375rem 0.625rem;
    border-radius: 0.25rem;
    background: var(--exercise);
    color: #fff;
    font-size: 0.8125rem;
  }

  progress {
    display: block;
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

  .about {
    display: grid;
    gap: 0.25rem;
    padding: 0.5rem 1.125rem 0.75rem;
    color: var(--ink2);
    font-size: var(--t12);
    line-height: 1.0625rem;
    border-bottom: 1px solid var(--line);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: center;
  }

  .ask {
    display: grid;
    gap: 0.5rem;
    padding: 0.625rem;
    border: 1px solid var(--line);
    border-radius: 0.375rem;
  }

  .rest {
    padding: 0.5rem 1.125rem;
    color: var(--ink2);
    font-size: var(--t12);
    border-bottom: 1px solid var(--line);
  }
`;
