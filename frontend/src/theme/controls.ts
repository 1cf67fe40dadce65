/** Styles that components share: reset, buttons, fields, what only a screen reader hears. */
import { css } from "lit";

export const controls = css`
  :host {
    font: 400 0.875rem/1.25rem var(--text);
    font-variant-numeric: tabular-nums;
    color: var(--ink);
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  h2 {
    font: 600 0.8125rem/1.25rem var(--text);
  }

  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }

  button {
    cursor: pointer;
    background: none;
    border: 0;
    padding: 0;
    text-align: inherit;
  }

  a {
    color: var(--accent);
    text-underline-offset: 0.2em;
    text-decoration-thickness: 1px;
  }

  :focus-visible,
  input[type="date"]:focus-within,
  input[type="datetime-local"]:focus-within {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }

  .button {
    padding: 0.3125rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: 0.375rem;
    background: var(--raised);
    font-weight: 500;
    font-size: 0.8125rem;
    white-space: nowrap;
    transition: border-color 120ms;
  }

  .button:hover {
    border-color: var(--ink3);
  }

  .button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }

  .button[disabled] {
    opacity: 0.55;
    cursor: default;
  }

  select {
    border: 1px solid var(--edge);
    background: var(--bg);
    color: var(--ink);
  }

  .field {
    display: grid;
    gap: 0.25rem;
    font-size: var(--t12);
    line-height: 1rem;
    color: var(--ink2);
  }

  .field input,
  .field select,
  .field textarea {
    width: 100%;
    padding: 0.375rem 0.625rem;
    border: 1px solid var(--edge);
    border-radius: 0.375rem;
    background: var(--bg);
    color: var(--ink);
    font-size: 0.875rem;
    line-height: 1.25rem;
  }

  kbd {
    padding: 0 0.3125rem;
    border: 1px solid var(--line);
    border-radius: 0.25rem;
    color: var(--ink2);
    font: 500 0.75rem/1rem var(--text);
  }

  .primary kbd {
    border-color: currentColor;
    color: inherit;
  }

  .small {
    font-size: var(--t12);
    line-height: 1rem;
    color: var(--ink2);
  }

  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .cut-off {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;

/** The parts of a panel: section heads, rows divided by hairlines. */
export const panelParts = css`
  .section-head {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 0.75rem;
    padding: 0.75rem 1.125rem;
    border-bottom: 1px solid var(--line);
  }

  .section-head .count {
    color: var(--ink2);
    font-size: 0.8125rem;
  }

  .row {
    display: flex;
    width: 100%;
    align-items: center;
    gap: 0.75rem;
    padding: 0.5625rem 1.125rem;
    border-bottom: 1px solid var(--line);
  }

  button.row:hover {
    background: color-mix(in srgb, var(--accent) 7%, transparent);
  }

  button.row:focus-visible {
    outline-offset: -2px;
  }

  .row .end {
    margin-left: auto;
    color: var(--ink2);
    white-space: nowrap;
  }

  .row .main {
    min-width: 0;
    flex: 1;
  }

  .empty {
    padding: 1.75rem 1.125rem;
    display: grid;
    gap: 0.375rem;
    color: var(--ink2);
  }

  .empty strong {
    color: var(--ink);
    font-weight: 500;
    font-size: 0.9375rem;
  }

  .empty p {
    max-width: 46ch;
  }

  .notice {
    margin: 0.75rem 1.125rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--line);
    border-left: 3px solid var(--accent);
    border-radius: 0.25rem;
    font-size: 0.8125rem;
  }
`;
