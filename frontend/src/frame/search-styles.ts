/** Styles of the search box and its results. */
import { css } from "lit";

export const searchStyles = css`
  .box {
    position: relative;
    display: flex;
    align-items: center;
    gap: 0.5rem;
    height: 2.125rem;
    padding: 0 0.5rem 0 0.75rem;
    border: 1px solid var(--line);
    border-radius: 0.375rem;
    background: var(--bg);
    color: var(--ink2);
  }

  .box:focus-within {
    border-color: var(--accent);
    box-shadow: 0 0 0 1px var(--accent);
  }

  input:focus-visible {
    outline: none;
  }

  .box > svg {
    flex: none;
  }

  input {
    flex: 1;
    min-width: 0;
    height: 100%;
    border: 0;
    outline: none;
    background: none;
    color: var(--ink);
    text-overflow: ellipsis;
  }

  input::placeholder {
    color: var(--ink3);
    opacity: 1;
  }

  kbd {
    padding: 0 0.375rem;
    border: 1px solid var(--line);
    border-radius: 0.25rem;
    font: 500 0.6875rem/1.125rem var(--text);
    color: var(--ink3);
  }

  .results {
    position: absolute;
    top: calc(100% + 0.375rem);
    left: -1px;
    right: -1px;
    min-width: 24rem;
    max-height: min(32rem, calc(100vh - 6rem));
    overflow: auto;
    padding: 0.25rem 0 0.375rem;
    border: 1px solid var(--line);
    border-radius: 0.5rem;
    background: var(--raised);
    box-shadow: 0 0.75rem 2rem var(--shade);
  }

  .group {
    padding: 0.5rem 0.875rem 0.125rem;
    font-size: var(--t12);
    line-height: 1rem;
    color: var(--ink3);
  }

  .entry {
    display: flex;
    align-items: center;
    gap: 0.625rem;
    padding: 0.3125rem 0.875rem;
    cursor: pointer;
  }

  .entry svg {
    flex: none;
    color: var(--ink3);
  }

  .entry[aria-selected="true"] {
    background: color-mix(in srgb, var(--accent) 16%, transparent);
  }

  .name {
    color: var(--ink);
    flex: none;
    max-width: 70%;
  }

  .detail {
    margin-left: auto;
    flex: 0 1 auto;
    min-width: 0;
    font-size: var(--t12);
    color: var(--ink2);
  }

  .nothing {
    padding: 0.75rem 0.875rem;
  }

  .phone {
    width: 2.25rem;
    padding: 0 0.5625rem;
  }

  .phone input,
  .phone kbd {
    opacity: 0;
    width: 0;
    padding: 0;
    border: 0;
  }

  .phone input {
    position: absolute;
    inset: 0;
    width: 100%;
    cursor: pointer;
  }

  .phone.opened {
    position: fixed;
    z-index: 20;
    top: 0.5rem;
    left: 0.75rem;
    right: 0.75rem;
    width: auto;
    background: var(--raised);
  }

  .phone.opened input {
    position: static;
    opacity: 1;
  }

  .phone .results {
    min-width: 0;
  }
`;
