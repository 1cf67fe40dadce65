import { describe, expect, it } from "vitest";
import { assignmentOf, heldInWords } from "../src/people/held";
import { oneTimePassword } from "../src/people/one-time";
import { PEOPLE } from "../src/strings/people";

const NAMES = new Map([["73.71.10", "Tamalate"]]);

describe("where a role holds", () => {
  it("is the whole house, the city, or an area in it", () => {
    expect(assignmentOf("administrator", "house", "makassar")).toEqual({ role: "administrator" });
    expect(assignmentOf("operator", "city", "makassar")).toEqual({ role: "operator", tenants: ["makassar"] });
    expect(assignmentOf("steward", "73.71.10", "makassar")).toEqual({ role: "steward", tenants: ["makassar"], areas: ["73.71.10"] });
  });

  it("is said in words, with every limit", () => {
    expect(heldInWords({ role: "administrator" }, PEOPLE.en, NAMES)).toBe("Administrator: every city");
    const held = { role: "steward", tenants: ["makassar"], areas: ["73.71.10", "73.71.99"], types: ["a", "b"], write: false };
    expect(heldInWords(held, PEOPLE.en, NAMES)).toBe("Data steward: makassar, only Tamalate, 73.71.99, only 2 types of data; reads only");
    expect(heldInWords(held, PEOPLE.ja, NAMES)).toContain("Tamalate");
  });

  it("does not hide a role that has no words yet", () => {
    expect(heldInWords({ role: "harbour" }, PEOPLE.id, NAMES)).toBe("harbour: semua kota");
  });
});

describe("a one-time password", () => {
  it("has 20 letters in groups of four, none that is taken for another one", () => {
    const made = oneTimePassword();
    expect(made).toMatch(/^([a-hjkmnp-z2-9]{4}-){4}[a-hjkmnp-z2-9]{4}$/);
    expect(oneTimePassword()).not.toBe(made);
  });

  it("uses no byte that would favour a letter", () => {
    const bytes = [255, 250, 249, 248, ...Array.from({ length: 60 }, (_, n) => n)];
    expect(oneTimePassword((room) => (room.set(bytes), room)).startsWith("abcd-efgh")).toBe(true);
  });
});
