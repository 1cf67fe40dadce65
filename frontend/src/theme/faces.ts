/** Faces that load when they are needed: the map can only write with letters that have arrived. */

const IDEOGRAPHS_FROM = "\u2e80";

export function loadJapaneseFace(): Promise<unknown> {
  return import("./japanese");
}

/** Which letters of Japanese texts have arrived; asks for those that have not and tells when they are there. */
export class Letters {
  private readonly here = new Set<string>();
  private readonly asked = new Set<string>();

  constructor(private readonly arrived: () => void) {}

  ready(text: string): boolean {
    const needed = [...new Set(text)].filter((letter) => letter >= IDEOGRAPHS_FROM && !this.here.has(letter));
    const unasked = needed.filter((letter) => !this.asked.has(letter));
    if (unasked.length > 0) void this.ask(unasked);
    return needed.length === 0;
  }

  private async ask(letters: string[]): Promise<void> {
    for (const letter of letters) this.asked.add(letter);
    await loadJapaneseFace();
    const faces = [400, 600].map((weight) => document.fonts.load(`${weight} 16px "IBM Plex Sans JP"`, letters.join("")));
    await Promise.allSettled(faces);
    for (const letter of letters) this.here.add(letter);
    this.arrived();
  }
}
