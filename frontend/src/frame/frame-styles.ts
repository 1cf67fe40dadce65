/** Where the parts of the console stand, for the desk, the wall and the phone. */
import { css } from "lit";

export const frameStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    background: var(--bg);
  }

  top-bar {
    flex: none;
    position: relative;
    z-index: 10;
  }

  exercise-bar,
  past-bar,
  cut-bar {
    flex: none;
    position: relative;
    z-index: 11;
  }

  time-scrubber {
    flex: none;
  }

  .body {
    flex: 1;
    min-height: 0;
    display: grid;
    grid-template-columns: 4.5rem minmax(0, 1fr) var(--panel, 26.25rem);
  }

  .map {
    position: relative;
    min-width: 0;
    display: grid;
  }

  .mode-wall {
    grid-template-columns: minmax(0, 1fr) 26.25rem;
  }

  .mode-wall.broad {
    grid-template-columns: minmax(0, 1fr) min(48rem, 50vw);
  }

  .mode-wall navigation-rail {
    display: none;
  }

  .mode-phone {
    position: relative;
    display: flex;
    flex-direction: column;
  }

  .mode-phone side-panel {
    border-left: 0;
    order: 1;
    flex: 1;
    min-height: 0;
  }

  .mode-phone navigation-rail {
    order: 2;
  }

  .mode-phone panel-edge {
    display: none;
  }

  .mode-phone .map {
    position: absolute;
    left: 0;
    right: 0;
    top: 3rem;
    bottom: 3.5rem;
    z-index: 5;
    visibility: hidden;
    transform: translateY(2rem);
    opacity: 0;
    border-top: 1px solid var(--line);
    border-radius: 0.875rem 0.875rem 0 0;
    overflow: hidden;
    box-shadow: 0 -0.5rem 2rem var(--shade);
    transition:
      transform 180ms ease-out,
      opacity 180ms;
  }

  .mode-phone.sheet-up .map {
    visibility: visible;
    transform: none;
    opacity: 1;
  }
`;
