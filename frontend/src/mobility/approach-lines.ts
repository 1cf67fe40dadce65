/** Approaches of a survey as people type them: `North: left=Landak Road, through, u-turn`, one a line. */

export type Turn = "left" | "through" | "right" | "u-turn";

export interface TypedApproach {
  name: string;
  turns: Partial<Record<Turn, string>>;
}

/** `words`: what each turn is called where they are typed. Answers the first line that cannot be read instead. */
export function approachesOf(text: string, words: Record<Turn, string>): TypedApproach[] | { line: string } {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const found: TypedApproach[] = [];
  for (const line of lines) {
    const [name = "", rest = ""] = split(line, /[:：]/);
    const turns: TypedApproach["turns"] = {};
    for (const part of rest.split(/[,、]/).map((each) => each.trim()).filter(Boolean)) {
      const [word = "", leads = ""] = split(part, /=/);
      const turn = turnOf(word, words);
      if (!turn) return { line };
      turns[turn] = leads;
    }
    if (!name || !Object.keys(turns).length) return { line };
    found.push({ name, turns });
  }
  return found;
}

function turnOf(word: string, words: Record<Turn, string>): Turn | undefined {
  const said = word.toLowerCase();
  const turns: Turn[] = ["left", "through", "right", "u-turn"];
  return turns.find((turn) => said === turn || said === words[turn].toLowerCase());
}

function split(text: string, at: RegExp): [string, string] {
  const place = text.search(at);
  return place < 0 ? [text.trim(), ""] : [text.slice(0, place).trim(), text.slice(place + 1).trim()];
}
