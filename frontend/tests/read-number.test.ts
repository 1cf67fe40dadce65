import { expect, it } from "vitest";
import { readNumber, writeNumber } from "../src/entry/read-number";

it("reads groups and decimals as the language writes them", () => {
  expect(readNumber("280.000", "id")).toBe(280_000);
  expect(readNumber("274.912,3", "id")).toBe(274_912.3);
  expect(readNumber("1,5", "id")).toBe(1.5);
  expect(readNumber("280,000", "en")).toBe(280_000);
  expect(readNumber("280.5", "ja")).toBe(280.5);
  expect(readNumber("-3", "en")).toBe(-3);
});

it("guesses nothing: what could be misread is no number", () => {
  for (const text of ["1.5", "12.34,5", "banyak", "", "1e5", "1,5,0"]) expect(readNumber(text, "id")).toBeNull();
  for (const text of ["1,5", "12,34", "many", "0x10"]) expect(readNumber(text, "en")).toBeNull();
});

it("writes what it reads", () => {
  for (const value of [0, 274_912.3, -0.06, 1_482_354]) {
    for (const language of ["id", "en", "ja"] as const) expect(readNumber(writeNumber(value, language), language)).toBe(value);
  }
});
