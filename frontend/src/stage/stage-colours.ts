/** A stage's number on its colour: never colour alone, the word stands beside it. */
import { css } from "lit";

export const stageColours = css`
  .number {
    display: grid;
    place-items: center;
    width: 1.5rem;
    height: 1.5rem;
    border-radius: 50%;
    font-weight: 600;
    color: var(--on-status);
  }

  .level-1 {
    background: var(--stage-1);
  }

  .level-2 {
    background: var(--stage-2);
  }

  .level-3 {
    background: var(--stage-3);
  }

  .level-4 {
    background: var(--stage-4);
  }

  .level-5 {
    background: var(--stage-5);
  }
`;
