/** What is meant while one types: the words as they stand count, not what an earlier pause found. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Finder } from "../src/lists/finder";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Answers each question when it is told to. */
function slow() {
  const waiting = new Map<string, (found: string[]) => void>();
  const ask = vi.fn((words: string, signal: AbortSignal) =>
    new Promise<string[]>((resolve, reject) => {
      waiting.set(words, resolve);
      signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    }),
  );
  return { ask, answer: (words: string) => waiting.get(words)?.([words.toUpperCase()]) };
}

describe("a finder", () => {
  vi.stubGlobal("window", globalThis);

  it("gathers the letters of a word before it asks", async () => {
    const ask = vi.fn((words: string) => Promise.resolve([words]));
    const finder = new Finder(ask, () => undefined);
    for (const words of ["p", "pa", "pao"]) finder.soon(words);
    await vi.runAllTimersAsync();
    expect(ask.mock.calls.map(([words]) => words)).toEqual(["pao"]);
    expect(finder.found).toEqual(["pao"]);
  });

  it("asks at once for the words as they stand, whatever an earlier pause found", async () => {
    const { ask, answer } = slow();
    const finder = new Finder(ask, () => undefined);
    const first = finder.now("paotere");
    answer("paotere");
    expect(await first).toEqual(["PAOTERE"]);
    finder.soon("rappocini");
    const second = finder.now("rappocini");
    answer("rappocini");
    expect(await second).toEqual(["RAPPOCINI"]);
    await vi.runAllTimersAsync();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("answers null to a question that was overtaken, or that failed, and keeps what it found", async () => {
    const { ask, answer } = slow();
    const finder = new Finder(ask, () => undefined);
    const overtaken = finder.now("one");
    const newer = finder.now("two");
    answer("two");
    expect(await overtaken).toBeNull();
    expect(await newer).toEqual(["TWO"]);
    const failing = new Finder(() => Promise.reject(new Error("down")), () => undefined);
    expect(await failing.now("x")).toBeNull();
    expect(failing.foundFor).toBeNull();
  });

  it("does not ask again for what it knows, and forgets when told to", async () => {
    const ask = vi.fn((words: string) => Promise.resolve([words]));
    const finder = new Finder(ask, () => undefined);
    await finder.now("a");
    await finder.now("a");
    expect(ask).toHaveBeenCalledTimes(1);
    finder.forget();
    expect([finder.found, finder.foundFor]).toEqual([[], null]);
  });
});
