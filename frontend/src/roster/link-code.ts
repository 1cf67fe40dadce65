/** A link for one phone, as a code that it photographs and as text. */
import { html, svg } from "lit";
import { qr } from "./qr";

interface Words {
  codeOf: string;
  link: string;
}

/** `how` says what to do with it and until when. */
export function linkCode(address: string, words: Words, how: string) {
  const rows = qr(address);
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const edge = rows.length + 8;
  return html`<div class="box">
    <svg role="img" aria-label=${words.codeOf} viewBox="-4 -4 ${edge} ${edge}" width="240" height="240">
      ${svg`<rect x="-4" y="-4" width=${edge} height=${edge} fill="#fff" /><path d=${path} fill="#000" />`}
    </svg>
    <p class="small">${how}</p>
    <label class="field">${words.link}<input readonly .value=${address} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} /></label>
  </div>`;
}
