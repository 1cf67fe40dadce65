/** Styles of the map's frame, and the few rules that MapLibre needs of its own style sheet. */
import { css } from "lit";

export const mapStyles = css`
  :host {
    display: block;
    position: relative;
    overflow: hidden;
    background: var(--water);
  }

  .canvas,
  .above {
    position: absolute;
    inset: 0;
  }

  .above {
    pointer-events: none;
  }

  .maplibregl-map {
    overflow: hidden;
    -webkit-tap-highlight-color: transparent;
  }

  .maplibregl-canvas {
    position: absolute;
    left: 0;
    top: 0;
  }

  .maplibregl-canvas:focus-visible {
    outline-offset: -3px;
  }

  .maplibregl-canvas-container.maplibregl-interactive {
    cursor: grab;
    user-select: none;
    touch-action: none;
    height: 100%;
  }

  .maplibregl-canvas-container.maplibregl-interactive:active {
    cursor: grabbing;
  }

  .maplibregl-control-container {
    display: none;
  }

  .maplibregl-boxzoom {
    position: absolute;
    top: 0;
    left: 0;
    border: 1px solid var(--accent);
  }

  .corner {
    position: absolute;
    left: 1.25rem;
    bottom: 1.25rem;
    display: flex;
    flex-direction: column;
    gap: 0.5rem;
    align-items: start;
    max-width: calc(100% - 5rem);
    max-height: calc(100% - 2.5rem);
  }

  .corner shade-legend {
    flex: none;
  }

  :host-context([data-mode="wall"]) .corner {
    bottom: 4.5rem;
  }

  legend-strip {
    position: absolute;
    left: 0;
    right: 0;
    bottom: 0;
  }

  map-buttons {
    position: absolute;
    right: 1.125rem;
    bottom: 1.25rem;
  }

  .credit {
    position: absolute;
    right: 0;
    bottom: 0;
    margin: 0;
    padding: 0 0.375rem;
    background: var(--surface);
    color: var(--ink3);
    font-size: 0.6875rem;
    line-height: 1rem;
  }

  .notice {
    position: absolute;
    top: 1rem;
    left: 1.25rem;
    max-width: 44ch;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--line);
    border-left: 3px solid var(--accent);
    border-radius: 0.25rem;
    background: var(--surface);
    font-size: 0.8125rem;
  }

  stack-list {
    position: absolute;
    top: 0;
    left: 0;
  }

  .tip {
    position: absolute;
    top: 0;
    left: 0;
    max-width: 18rem;
    padding: 0.1875rem 0.5rem;
    border-radius: 0.25rem;
    background: var(--raised);
    border: 1px solid var(--line);
    font-size: var(--t12);
    line-height: 1.125rem;
    pointer-events: none;
  }
`;
