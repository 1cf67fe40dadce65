/** Approaches as people type them, in their own words. */
import { describe, expect, it } from "vitest";
import { approachesOf } from "../src/mobility/approach-lines";

const WORDS = { left: "kiri", through: "lurus", right: "kanan", "u-turn": "putar" };

describe("approaches of a survey", () => {
  it("are read with where each turn leads", () => {
    expect(approachesOf("Utara: kiri=Jl. Landak, LURUS, u-turn\n\nTimur：kanan = Pasar", WORDS)).toEqual([
      { name: "Utara", turns: { left: "Jl. Landak", through: "", "u-turn": "" } },
      { name: "Timur", turns: { right: "Pasar" } },
    ]);
  });

  it.each(["Utara", "Utara: mundur", ": kiri", "Utara: kiri=x, atas"])("tell the line that cannot be read: %s", (line) => {
    expect(approachesOf(`Timur: kanan\n${line}`, WORDS)).toEqual({ line });
  });
});
