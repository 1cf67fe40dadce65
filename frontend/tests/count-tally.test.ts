/** What a surveyor taps: bins of the clock, undo, pauses, and nothing lost or told twice over a new start of the page. */
import { describe, expect, it } from "vitest";
import { AWAY, type Counted, GRACE, SLOT, Tally } from "../src/count/tally";
import { type Ending, Outbox, type Shelf } from "../src/phone/outbox";

const POST = { survey: "veteran", approach: "Utara", turns: ["left" as const, "through" as const], kinds: ["motorcycle" as const] };
const SEVEN = Date.parse("2026-11-26T07:00:00Z");

function shelf(): Shelf {
  const kept = new Map<string, string>();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) };
}

function tally(kept: Shelf, names = ["key-0001", "key-0002", "key-0003", "key-0004", "key-0005"]): Tally {
  return new Tally(kept, () => names.shift() ?? "key-last");
}

function begun(kept: Shelf = shelf()): Tally {
  const made = tally(kept);
  made.take(POST, SEVEN);
  made.resume(SEVEN);
  return made;
}

describe("the tally", () => {
  it("gives each tap to the five minutes in which it came", () => {
    const made = begun();
    for (let second = 0; second < 720; second += 10) made.tap("through", "motorcycle", SEVEN + second * 1_000);
    made.pause(SEVEN + 720_000);
    const told = made.sealed(null);
    expect(told.map(({ since, until }) => [since - SEVEN, until - SEVEN])).toEqual([[0, SLOT], [SLOT, 2 * SLOT], [2 * SLOT, 720_000]]);
    expect(told.map(({ taps }) => taps.through?.motorcycle)).toEqual([30, 30, 12]);
  });

  it("tells a stretch in which nothing came", () => {
    const made = begun();
    made.beat(SEVEN + 30_000);
    for (let second = 60; second <= 310; second += 50) made.beat(SEVEN + second * 1_000);
    expect(made.sealed(null)).toEqual([{ ...POST, key: "key-0001", since: SEVEN, until: SEVEN + SLOT, taps: {} }]);
  });

  it("takes the last taps back, also just after the five minutes are over, and not once they were sent", () => {
    const made = begun();
    for (let second = 50; second < 300; second += 50) made.tap("through", "motorcycle", SEVEN + second * 1_000);
    made.tap("left", "motorcycle", SEVEN + SLOT - 1);
    made.beat(SEVEN + SLOT + GRACE / 2);
    expect(made.sealed(SEVEN + SLOT + GRACE / 2)).toEqual([]);
    expect(made.undo()).toEqual(["left", "motorcycle"]);
    expect(made.number("left", "motorcycle")).toBe(0);
    const told = made.sealed(SEVEN + SLOT + GRACE);
    expect(told[0]?.taps).toEqual({ through: { motorcycle: 5 } });
    made.forget(told);
    expect(made.undo()).toBeNull();
    expect(made.number("through", "motorcycle")).toBe(5);
  });

  it("does not count while it is paused", () => {
    const made = begun();
    made.tap("through", "motorcycle", SEVEN + 1_000);
    made.pause(SEVEN + 60_000);
    made.tap("through", "motorcycle", SEVEN + 61_000);
    made.resume(SEVEN + 120_000);
    made.tap("through", "motorcycle", SEVEN + 121_000);
    made.pause(SEVEN + 180_000);
    const told = made.sealed(null);
    expect(told.map(({ since, until }) => until - since)).toEqual([60_000, 60_000]);
    expect(told.map(({ taps }) => taps.through?.motorcycle)).toEqual([1, 1]);
  });

  it("keeps every tap over a new start of the page, and does not say that somebody counted meanwhile", () => {
    const kept = shelf();
    const made = begun(kept);
    made.tap("through", "motorcycle", SEVEN + 10_000);
    const again = tally(kept, ["key-new1"]);
    expect(again.back(SEVEN + 15_000)).toBe(true);
    again.tap("through", "motorcycle", SEVEN + 20_000);
    again.pause(SEVEN + 30_000);
    const told = again.sealed(null);
    expect(told.map(({ key, since, until }) => [key, since - SEVEN, until - SEVEN])).toEqual([
      ["key-0001", 0, 10_000],
      ["key-new1", 15_000, 30_000],
    ]);
    expect(again.number("through", "motorcycle")).toBe(2);
  });

  it("stays paused when the page was away for long", () => {
    const kept = shelf();
    begun(kept).tap("through", "motorcycle", SEVEN + 10_000);
    const again = tally(kept);
    expect(again.back(SEVEN + 10_000 + AWAY + 1)).toBe(false);
    expect(again.running).toBe(false);
  });

  it("tells a stretch under one key, however often it is asked before it is put away", async () => {
    const kept = shelf();
    const made = begun(kept);
    made.tap("through", "motorcycle", SEVEN + 1_000);
    made.pause(SEVEN + 2_000);
    const first = made.sealed(null);
    expect(tally(kept).sealed(null)).toEqual(first);
    const outbox = new Outbox<Counted>(kept, "count");
    outbox.put(...first);
    made.forget(first);
    expect(made.sealed(null)).toEqual([]);
    const heard: string[] = [];
    const line = (counted: Counted): Promise<Ending> => {
      heard.push(counted.key);
      return Promise.resolve(heard.length < 2 ? { later: "no-line" } : { taken: true });
    };
    expect(await outbox.flush(line)).toBe("no-line");
    expect(await new Outbox<Counted>(kept, "count").flush(line)).toBe("empty");
    expect(heard).toEqual(["key-0001", "key-0001"]);
  });
});
