/** Says in words that an incident is an exercise: it belongs to a replay, and calls nobody in the city. */
import { css, html, nothing } from "lit";
import type { Incident } from "../api/types";
import type { Catalogue } from "../strings/catalogue";

export const exerciseStyle = css`
  .exercise {
    display: inline-block;
    margin-right: 0.5rem;
    padding: 0 0.375rem;
    border: 1px solid var(--exercise);
    border-radius: 0.25rem;
    color: var(--ink);
    font-size: 0.8125rem;
    line-height: 1.125rem;
  }
`;

export function exerciseMark(incident: Incident, words: Catalogue) {
  return incident.exercise ? html`<span class="exercise">${words.replay.exercise}</span>` : nothing;
}
