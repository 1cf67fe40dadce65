import { describe, expect, it } from "vitest";
import { ageOf } from "../src/value/age";

const at = (iso: string) => new Date(iso);
const live = { observedAt: "2026-11-25T06:00:00Z", state: "fresh" as const, ageDays: 0, updatePeriod: 60 };

describe("a value of a live source", () => {
  it.each([
    ["2026-11-25T06:02:00Z", "fresh"],
    ["2026-11-25T06:02:01Z", "late"],
    ["2026-11-25T06:05:00Z", "late"],
    ["2026-11-25T06:05:01Z", "dead"],
  ])("at %s is %s, though nobody has read it again", (now, state) => expect(ageOf(live, at(now)).state).toBe(state));
  it("is never younger than new, whatever our clock says", () =>
    expect(ageOf(live, at("2026-11-25T05:00:00Z")).seconds).toBe(0));
});

describe("a value of a register", () => {
  const register = { observedAt: "2019-12-31T16:00:00Z", state: "late" as const, ageDays: 2520 };
  it("ages as the server says", () => expect(ageOf(register, at("2026-11-25T06:00:00Z"))).toEqual({ seconds: 2520 * 86_400, state: "late" }));
  it("without a time has no age", () =>
    expect(ageOf({ ...register, observedAt: null, state: "undated" }, new Date())).toEqual({ seconds: null, state: "undated" }));
});
