/** What a call taker types finds what happened, in any language; waiting is told as a clock tells it. */
import { describe, expect, it } from "vitest";
import type { CallCategory } from "../src/api/calls";
import { categoryOf, findCategories } from "../src/calls/categories";
import { secondsSince, waited } from "../src/calls/waited";

const text = (id: string, en: string, ja: string) => ({ id, en, ja });
const CATEGORIES: CallCategory[] = [
  {
    code: "fire",
    name: text("Kebakaran", "Fire", "火災"),
    subcategories: [
      { code: "house", name: text("Rumah", "House", "住宅") },
      { code: "landfill", name: text("TPA", "Landfill", "埋立地") },
    ],
  },
  { code: "flood", name: text("Banjir", "Flood", "洪水"), subcategories: [{ code: "house", name: text("Rumah terendam", "House under water", "床上浸水") }] },
];
const inIndonesian = (told: { id?: string }) => told.id ?? "";
const found = (typed: string) => findCategories(typed, CATEGORIES, inIndonesian).map(({ name }) => name);

describe("what happened", () => {
  it("is found by the beginning of a word, the category before its kinds", () => {
    expect(found("keb")).toEqual(["Kebakaran", "Kebakaran · Rumah", "Kebakaran · TPA"]);
  });

  it("is found by a kind alone, and narrowed by a second word", () => {
    expect(found("rum")).toEqual(["Kebakaran · Rumah", "Banjir · Rumah terendam"]);
    expect(found("rum ban")).toEqual(["Banjir · Rumah terendam"]);
  });

  it("is found in the language that comes to the tongue", () => {
    expect(found("landf")).toEqual(["Kebakaran · TPA"]);
    expect(found("浸水")).toEqual(["Banjir · Rumah terendam"]);
    expect(found("gempa")).toEqual([]);
  });

  it("leads back to its codes", () => {
    const [choice] = findCategories("tpa", CATEGORIES, inIndonesian);
    expect(categoryOf(choice?.key ?? "")).toEqual({ category: "fire", subcategory: "landfill" });
  });
});

describe("waiting", () => {
  const now = new Date("2026-11-25T10:00:00Z");
  it.each([
    ["2026-11-25T09:59:53Z", "0:07"],
    ["2026-11-25T09:47:20Z", "12:40"],
    ["2026-11-25T08:57:55Z", "1:02:05"],
    ["2026-11-25T10:00:05Z", "0:00"],
  ])("from %s on is %s", (from, told) => expect(waited(from, now)).toBe(told));

  it("is counted in seconds", () => expect(secondsSince("2026-11-25T09:59:40Z", now)).toBe(20));
});
