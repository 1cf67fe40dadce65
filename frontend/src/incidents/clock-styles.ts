/** A clock that is over: underlined and bold beside its words, for colour alone says nothing. */
import { css } from "lit";

export const lateStyle = css`
  .late {
    font-weight: 600;
    text-decoration: underline;
    text-decoration-color: var(--danger);
    text-decoration-thickness: 2px;
    text-underline-offset: 0.2em;
  }
`;
