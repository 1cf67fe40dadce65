import { css } from "lit";

export const brokerStyles = css`
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.5rem 0.75rem;
    padding: 0.75rem 1.125rem;
    border-bottom: 1px solid var(--line);
  }

  .tools .field {
    flex: 1 1 11rem;
    max-width: 22rem;
  }

  .link {
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    font: inherit;
    text-align: left;
    overflow-wrap: anywhere;
    cursor: pointer;
  }

  .one {
    grid-template-columns: minmax(0, 1fr);
  }

  .one .title {
    flex-wrap: wrap;
  }

  .one h3 {
    flex: 1 1 12rem;
    min-width: 0;
    font: 500 0.875rem/1.25rem var(--text);
    overflow-wrap: anywhere;
  }

  .one .ask {
    color: var(--ink);
    font-size: 0.8125rem;
    line-height: 1.125rem;
  }

  .one .bad {
    color: var(--ink);
  }

  .acts .button.danger {
    border-color: var(--danger);
  }

  .ask-first {
    display: grid;
    gap: 0.5rem;
    margin: 0.5rem 0 0.25rem;
    padding: 0.625rem 0.75rem;
    border: 1px solid var(--line);
    border-left: 3px solid var(--caution);
    border-radius: 0.25rem;
  }

  .ask-first p {
    color: var(--ink);
    font-size: 0.8125rem;
    line-height: 1.125rem;
  }

  code,
  pre {
    font-size: var(--t12);
    line-height: 1.0625rem;
    overflow-wrap: anywhere;
  }

  pre {
    margin: 0.25rem 0;
    padding: 0.5rem 0.625rem;
    max-height: 20rem;
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: 0.25rem;
    background: var(--bg);
    white-space: pre-wrap;
  }
`;
