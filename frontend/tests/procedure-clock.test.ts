/** The clocks of steps and tasks in words. */
import { describe, expect, it } from "vitest";
import { clockWords, hasteOf } from "../src/procedures/clock-words";
import { procedures } from "../src/strings/procedures-en";

const NOW = new Date("2026-11-25T12:00:00Z");
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000).toISOString();

describe("the clock of a step", () => {
  it("tells whole minutes, and never a minute more for a second of difference", () => {
    expect(clockWords(at(600), NOW, procedures)).toBe("10 min left");
    expect(clockWords(at(601), NOW, procedures)).toBe("10 min left");
    expect(clockWords(at(1), NOW, procedures)).toBe("1 min left");
  });

  it("tells hours from two hours on", () => {
    expect(clockWords(at(3 * 3600), NOW, procedures)).toBe("3 h left");
  });

  it("tells by how much it has passed", () => {
    expect(clockWords(at(-90), NOW, procedures)).toBe("2 min over");
  });

  it("asks to be looked at from two minutes on", () => {
    expect([hasteOf(at(300), NOW), hasteOf(at(90), NOW), hasteOf(at(-1), NOW)]).toEqual(["calm", "soon", "over"]);
  });
});
