/** A phone tells where its unit is only to whom its bearer has agreed, only while the unit is out, and later if need be. */
import { describe, expect, it } from "vitest";
import type { Shelf } from "../src/phone/outbox";
import { APART, type Fix, type Handed, MOST, type Trouble, Whereabouts } from "../src/crew/whereabouts";

const OUT = { wanted: true, seenAt: null };
const HOME = { wanted: false, seenAt: null };

function shelf(): Shelf {
  const kept = new Map<string, string>();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) };
}

function phone(answer: () => Handed, find: () => Fix | Trouble = () => ({ position: [119.4, -5.1], at: "t", error: 9 })) {
  const handed: Fix[][] = [];
  let looks = 0;
  const found = (): Promise<Fix | Trouble> => {
    looks += 1;
    return Promise.resolve(find());
  };
  const made = new Whereabouts(shelf(), found, (fixes) => {
    handed.push(fixes);
    return Promise.resolve(answer());
  });
  return { made, handed, looks: () => looks };
}

describe("the position of a unit", () => {
  it("is not even looked for before its bearer has agreed, nor after somebody else has signed in", async () => {
    const { made, looks } = phone(() => ({ position: OUT }));
    await made.tell("Regu", OUT, APART);
    made.agree("Regu", true);
    await made.tell("Other", OUT, APART);
    expect(looks()).toBe(0);
  });

  it("is told at a modest rate and not at all while the unit is at home", async () => {
    const { made, handed, looks } = phone(() => ({ position: { wanted: true, seenAt: "t" } }));
    made.agree("Regu", true);
    await made.tell("Regu", HOME, APART);
    expect(looks()).toBe(0);
    expect(await made.tell("Regu", OUT, APART)).toEqual({ wanted: true, seenAt: "t" });
    await made.tell("Regu", OUT, 1.5 * APART);
    expect([handed.length, looks()]).toEqual([1, 1]);
  });

  it("waits for a signal, at most so many, and is forgotten when it is switched off", async () => {
    let answer: Handed = { later: true };
    const { made, handed } = phone(() => answer);
    made.agree("Regu", true);
    for (let n = 1; n <= MOST + 5; n++) await made.tell("Regu", OUT, n * APART);
    expect(made.waiting.length).toBe(MOST);
    answer = { position: OUT };
    await made.tell("Regu", OUT, (MOST + 6) * APART);
    expect([handed.at(-1)?.length, made.waiting.length]).toEqual([MOST, 0]);
    answer = { later: true };
    await made.tell("Regu", OUT, (MOST + 7) * APART);
    made.agree("Regu", false);
    expect(made.waiting).toEqual([]);
  });

  it("says when the browser does not allow it", async () => {
    const { made, handed } = phone(() => ({ position: OUT }), () => "denied");
    made.agree("Regu", true);
    await made.tell("Regu", OUT, APART);
    expect([made.trouble, handed.length]).toEqual(["denied", 0]);
  });
});
