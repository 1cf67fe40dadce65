import { describe, expect, it } from "vitest";
import { backOff, heard, lost, SILENCE_MS, ticked, UNCONNECTED } from "../src/live/connection";

describe("the stream's state", () => {
  it("is live once something is heard", () => expect(heard(1000).state).toBe("live"));
  it("stays live through two beats", () => expect(ticked(heard(0), 10_000).state).toBe("live"));
  it("is cut by silence, since the last sign of life", () => {
    expect(ticked(heard(500), 501 + SILENCE_MS)).toMatchObject({ state: "cut", cutSince: 500 });
  });
  it("keeps the beginning of a cut through failed tries", () => {
    const cut = lost(lost(heard(100), 5000, 6000), 9000, 11_000);
    expect(cut).toMatchObject({ cutSince: 100, retryAt: 11_000 });
  });
  it("counts from the first failure when nothing was ever heard", () => expect(lost(UNCONNECTED, 70).cutSince).toBe(70));
  it("forgets the cut when it is heard again", () => expect(heard(9).cutSince).toBeNull());
});

describe("tries", () => {
  it("come later and later, up to about fifteen seconds", () => {
    const waits = [0, 1, 2, 3, 4, 9].map((attempt) => backOff(attempt, 0.5));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
  });
  it("of many tabs are spread", () => expect(backOff(0, 0)).toBeLessThan(backOff(0, 1)));
});
