import { describe, expect, it } from "vitest";
import type { Asks } from "../src/api/broker";
import { asksInWords, few, queryInWords, shortName } from "../src/broker/asks";
import { reasonInWords } from "../src/broker/reason";
import { Format } from "../src/format/format";
import { BROKER } from "../src/strings/broker";

const NOTHING: Asks = {
  types: [], ids: [], patterns: [], watched: [], triggers: [], q: null, area: null, scopes: null, csf: null, attributes: [], every: null, throttling: null,
};
const FORMAT = { en: new Format("en", "UTC", "UTC"), id: new Format("id", "Asia/Makassar", "WITA"), ja: new Format("ja", "UTC", "UTC") };

function said(asks: Partial<Asks>, language: "en" | "id" | "ja" = "en", kind: "entities" | "registrations" = "entities"): string {
  return asksInWords({ asks: { ...NOTHING, ...asks }, kind }, BROKER[language].asks, FORMAT[language]).join("; ");
}

describe("what a subscription asks for", () => {
  it("is said from what wakes it to what narrows it", () => {
    const asks = {
      types: ["https://city.example/Gauge"], watched: ["level"], q: "level>2", throttling: 5, attributes: ["level", "name"],
      area: { georel: "near;maxDistance==1500", geometry: "Point", coordinates: [119.4, -5.1] },
    };
    expect(said(asks)).toBe("When level of Gauge changes; if level > 2; within 1.5 km of a place; tells only level, name; at most once in 5 s");
    expect(said(asks, "id")).toContain("Saat level dari Gauge berubah; jika level > 2; paling jauh 1,5 km dari suatu tempat");
    expect(said(asks, "ja")).toContain("Gauge の level が変わったとき");
  });

  it("is anything where nothing narrows it", () => {
    expect(said({})).toBe("When anything changes");
  });

  it("names what comes, what goes and what comes by the clock", () => {
    expect(said({ types: ["Gauge"], triggers: ["entityCreated", "entityDeleted"] })).toBe("When Gauge is new; When Gauge is deleted");
    expect(said({ types: ["Gauge"], triggers: ["entityChange"] })).toBe("When Gauge changes");
    expect(said({ types: ["Gauge"], every: 60 })).toBe("Every 60 s: all of Gauge");
    expect(said({ types: ["Gauge"] }, "en", "registrations")).toBe("When a context source for Gauge comes, changes or goes");
  });

  it("tells ids and patterns apart", () => {
    expect(said({ types: ["Gauge"], ids: ["urn:a"] })).toBe("When Gauge (only urn:a) changes");
    expect(said({ patterns: ["^urn:x"] })).toBe("When anything (with ids like ^urn:x) changes");
  });
});

describe("a query", () => {
  it("is spaced out, and joined by words", () => {
    expect(queryInWords('speed>=50;(brand=="X"|wheels!=4)', BROKER.en.asks)).toBe('speed ≥ 50 and (brand = "X" or wheels ≠ 4)');
  });

  it("keeps what is quoted as it was written", () => {
    expect(queryInWords('name=="a;b|c>=d"', BROKER.en.asks)).toBe('name = "a;b|c>=d"');
  });
});

describe("a list of names", () => {
  it("shows four, and how many more there are", () => {
    expect(few(["a", "b", "c", "d", "e", "f"])).toBe("a, b, c, d +2");
  });

  it("says the word that people know of an address, and leaves other ids alone", () => {
    expect(shortName("https://smartdatamodels.org/Gauge")).toBe("Gauge");
    expect(shortName("https://x.example/terms#Gauge")).toBe("Gauge");
    expect(shortName("https://x.example/")).toBe("https://x.example/");
    expect(shortName("urn:ngsi-ld:Gauge:1")).toBe("urn:ngsi-ld:Gauge:1");
  });
});

describe("why a receiver took nothing", () => {
  it("is said in the reader's words", () => {
    expect(reasonInWords("no connection: Connect call failed ('127.0.0.1', 9)", BROKER.id)).toBe("tidak tersambung");
    expect(reasonInWords("no answer within 10 s", BROKER.ja)).toBe("10 秒以内に応答がない");
    expect(reasonInWords("HTTP 503", BROKER.en)).toBe("the receiver answered HTTP 503");
    expect(reasonInWords("evil.example (10.0.0.1) is no host that notification_targets allows", BROKER.en)).toContain("evil.example may not be notified");
  });

  it("stays as the server says it where it has no words", () => {
    expect(reasonInWords("the cable was cut", BROKER.en)).toBe("the cable was cut");
  });
});
