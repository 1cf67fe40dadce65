import { describe, expect, it } from "vitest";
import { ageParts, Format, glanceDecimals, pick } from "../src/format/format";
import { periodText } from "../src/format/period";
import { CATALOGUES } from "../src/strings/catalogue";

const id = new Format("id", "Asia/Makassar", "WITA");
const en = new Format("en", "Asia/Makassar", "WITA");
const ja = new Format("ja", "Asia/Makassar", "WITA");
const AT = "2026-11-22T06:32:07Z";

describe("numbers", () => {
  it("are grouped as the reader writes them", () => {
    expect([id, en, ja].map((format) => format.glance(1482354))).toEqual(["1.482.354", "1,482,354", "1,482,354"]);
  });
  it("of four digits are grouped too", () => expect(id.glance(1811)).toBe("1.811"));
  it("lose their decimals at a glance and keep them in full", () => {
    expect([id.glance(753.184), id.exact(753.184)]).toEqual(["753", "753,184"]);
  });
  it.each([
    [0.5, 2],
    [12.34, 1],
    [-753.2, 0],
    [7, 0],
  ])("%d needs %d decimals", (value, decimals) => expect(glanceDecimals(value)).toBe(decimals));
});

describe("times", () => {
  it("are those of the city", () => expect(id.hourWithZone(AT)).toBe("14.32 WITA"));
  it("take a colon in English and Japanese", () => expect([en.hour(AT), ja.hour(AT)]).toEqual(["14:32", "14:32"]));
  it("name the day as the city counts it", () => expect(id.day("2026-11-22T17:00:00Z")).toBe("23 Nov 2026"));
  it("are hours today and dates before", () => {
    expect([en.recent(AT, new Date(AT)), en.recent("2026-02-16T00:00:00Z", new Date(AT))]).toEqual(["14:32", "16 Feb"]);
  });
  it("that cannot be read are left out", () => expect(en.moment("soon")).toContain(""));
});

describe("ages and distances", () => {
  it.each([
    [90, 1, "minute"],
    [7_300, 2, "hour"],
    [12 * 86_400, 12, "day"],
    [145 * 86_400, 5, "month"],
    [1421 * 86_400, 4, "year"],
  ])("%d seconds are %d %s", (seconds, amount, unit) => expect(ageParts(seconds)).toEqual({ amount, unit }));
  it("turn to kilometres at one", () => expect([id.distance(406), id.distance(1400)]).toEqual(["406 m", "1,4 km"]));
});

describe("texts", () => {
  it("fall back to English", () => expect(pick({ en: "Landfill", id: "TPA" }, "ja")).toBe("Landfill"));
  it("name half years in words", () => expect(periodText("2025-S1", CATALOGUES.id)).toBe("Sem. 1 2025"));
  it("leave a plain year alone", () => expect(periodText("2022", CATALOGUES.ja)).toBe("2022"));
});
