/** A button in the top bar that says something is there: `.long` words give way where the bar is narrow. */
import { css } from "lit";

export const badge = css`
  :host {
    flex: none;
  }

  button {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    height: 2.25rem;
    padding: 0 0.75rem 0 0.625rem;
    border: 1px solid var(--line);
    border-radius: 1.125rem;
    background: var(--raised);
    white-space: nowrap;
  }

  @media (max-width: 96rem) {
    .long {
      display: none;
    }
  }
`;
