/** Line drawings of the console: 24 units square, stroke of the text's colour. */
import { svg, type SVGTemplateResult } from "lit";

export type IconName =
  | "now"
  | "events"
  | "place"
  | "time"
  | "programme"
  | "search"
  | "close"
  | "back"
  | "sun"
  | "moon"
  | "person"
  | "plus"
  | "minus"
  | "whole"
  | "map"
  | "list"
  | "clock"
  | "flag"
  | "next"
  | "keys"
  | "why";

const DRAWINGS: Record<IconName, SVGTemplateResult> = {
  now: svg`<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="3"/>`,
  events: svg`<path d="M4.500 6h15M4.500 12h10M4.500 18h15"/>`,
  place: svg`<path d="M12 21c4-4.800 6.500-8 6.500-11.200a6.500 6.500 0 1 0-13 0C5.500 13 8 16.200 12 21z"/><circle cx="12" cy="9.800" r="2.300"/>`,
  time: svg`<circle cx="12" cy="12" r="8.500"/><path d="M12 7v5.200l3.400 2"/>`,
  programme: svg`<path d="M5.500 19v-6M12 19V5M18.500 19v-9"/>`,
  search: svg`<circle cx="10.500" cy="10.500" r="6"/><path d="m15 15 5 5"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  back: svg`<path d="m14.500 5.500-6.500 6.500 6.500 6.500"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 3v2.500M12 18.500V21M3 12h2.500M18.500 12H21M5.600 5.600l1.800 1.800M16.600 16.600l1.800 1.800M18.400 5.600l-1.800 1.800M7.400 16.600l-1.800 1.800"/>`,
  moon: svg`<path d="M19.500 14.300A8 8 0 0 1 9.700 4.500a8 8 0 1 0 9.800 9.800z"/>`,
  person: svg`<circle cx="12" cy="8.500" r="3.700"/><path d="M4.800 20c.6-4 3.400-6 7.200-6s6.600 2 7.200 6"/>`,
  plus: svg`<path d="M12 5.500v13M5.500 12h13"/>`,
  minus: svg`<path d="M5.500 12h13"/>`,
  whole: svg`<path d="M4.500 9V4.500H9M15 4.500h4.500V9M19.500 15v4.500H15M9 19.500H4.500V15"/>`,
  map: svg`<path d="m3.500 6.500 5.700-2 5.600 2 5.700-2v13l-5.700 2-5.600-2-5.700 2zM9.200 4.500v13M14.800 6.500v13"/>`,
  list: svg`<path d="M9 6.500h11M9 12h11M9 17.500h11"/><path d="M4.500 6.500h.01M4.500 12h.01M4.500 17.500h.01" stroke-width="2.400"/>`,
  clock: svg`<circle cx="12" cy="12" r="8"/><path d="M12 7.500V12l3 2"/>`,
  flag: svg`<path d="M12 4.500 21 20H3z"/><path d="M12 10.500v4M12 17.200v.01"/>`,
  next: svg`<path d="m9.500 5.500 6.500 6.500-6.500 6.500"/>`,
  keys: svg`<rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10h.01M11 10h.01M15 10h.01M8 14h8"/>`,
  why: svg`<circle cx="12" cy="5.500" r="2.500"/><circle cx="6" cy="18.500" r="2.500"/><circle cx="18" cy="18.500" r="2.500"/><path d="M12 8v3.500M6 16v-2a2.500 2.500 0 0 1 2.500-2.500h7A2.500 2.500 0 0 1 18 14v2"/>`,
};

/** An icon beside words that say the same: hidden from screen readers. */
export function icon(name: IconName, size = 18): SVGTemplateResult {
  const rem = `${size / 16}rem`;
  return svg`<svg viewBox="0 0 24 24" width=${rem} height=${rem} fill="none" stroke="currentColor" stroke-width="1.6"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${DRAWINGS[name]}</svg>`;
}

/** The ship: two masts, a fore-sail and the long prow of a pinisi. */
export function mark(size = 28): SVGTemplateResult {
  const rem = `${size / 16}rem`;
  return svg`<svg viewBox="0 0 32 32" width=${rem} height=${rem} fill="none" stroke="var(--accent)" stroke-width="1.500"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
    <path d="M3.500 21.400c3.300 1.200 7.400 1.800 12.300 1.800 5 0 9.200-.700 12.700-2.400l-2.700 4.700c-.600 1-1.400 1.500-2.500 1.500H9.700c-1.300 0-2.400-.600-3.200-1.700z"/>
    <path d="M12.300 19.300V5.700C10.200 10 8 14.500 6.300 19.300z"/>
    <path d="M15 19.300V4c3 4.300 4.700 9.400 4.900 15.300z"/>
    <path d="M22.300 18.900V9.800c2.100 2.600 3.500 5.600 4.200 9.100z"/>
  </svg>`;
}
