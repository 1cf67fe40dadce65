import { describe, expect, it } from "vitest";
import type { ReceivedWarning, Warning, WarningTemplate } from "../src/api/warning-types";
import { markOf } from "../src/incidents/cap-mark";
import { differences } from "../src/warnings/differences";
import { endingAfter, filled, formOf, forwarded, freshForm, originOf, typed, wishOf, withTemplate } from "../src/warnings/draft";
import { grouped } from "../src/warnings/groups";
import { raisedFrom } from "../src/warnings/raised";
import { titleOf } from "../src/warnings/titles";
import { openedText, readOpened } from "../src/warnings/warning-address";

const ZONE = "Asia/Makassar";
const NOW = new Date("2026-02-16T12:02:10Z");
const said = (event: string) => ({ event, headline: `${event} {place}`, description: `${event} di {place}.`, instruction: "" });
const FLOOD: WarningTemplate = {
  code: "flood",
  incidents: ["flood"],
  category: "Met",
  urgency: "Immediate",
  severity: "Severe",
  certainty: "Observed",
  responses: ["Avoid"],
  hours: 3,
  words: { id: said("Banjir"), en: said("Flood") },
};
const warning = (given: Partial<Warning> = {}): Warning => ({
  id: "urn:pinisi:warning:1",
  kind: "Alert",
  state: "released",
  expired: false,
  about: null,
  identifier: "x",
  sent: null,
  signature: "valid",
  alone: null,
  words: { id: { event: "Banjir", headline: "Banjir di Antang", description: "Air naik.", instruction: "" } },
  category: "Met",
  urgency: "Immediate",
  severity: "Severe",
  certainty: "Observed",
  responses: [],
  expires: "2026-02-16T18:00:00Z",
  onset: null,
  areas: ["73.71.12.1001"],
  polygon: null,
  place: "",
  incident: null,
  radiusKm: 1,
  web: "",
  contact: "112",
  exercise: false,
  reviewOwed: false,
  steps: [],
  ...given,
});

describe("the form of a warning", () => {
  const begun = withTemplate(freshForm(NOW, ZONE, "112"), FLOOD, "Antang", NOW, ZONE);

  it("ends on a round minute of the city's own clock", () => {
    expect(endingAfter(6, NOW, ZONE)).toBe("2026-02-17T02:05");
    expect(begun.expires).toBe("2026-02-16T23:05");
  });
  it("is filled by the text kept ready, with the name of the place", () => {
    expect(begun.words.id.headline).toBe("Banjir Antang");
    expect(begun.severity).toBe("Severe");
    expect(originOf(begun, "en")).toBe("template");
  });
  it("says of a language that has no words that it has none, and sends none", () => {
    expect(originOf(begun, "ja")).toBe("missing");
    expect(Object.keys(wishOf(begun, ZONE).words)).toEqual(["id", "en"]);
  });
  it("keeps what was typed when place or text change", () => {
    const own = typed(begun, "id", "headline", "Antang tergenang");
    const moved = filled(own, FLOOD, "Manggala");
    expect(moved.words.id.headline).toBe("Antang tergenang");
    expect(moved.words.en.headline).toBe("Flood Manggala");
    expect([originOf(moved, "id"), originOf(moved, "en")]).toEqual(["both", "template"]);
  });
  it("sends times in UTC, and none for from now on", () => {
    const { onset, expires } = wishOf(begun, ZONE);
    expect([onset, expires]).toEqual(["", "2026-02-16T15:05:00.000Z"]);
  });
  it("begins an update with the words and ground of the warning, all as typed", () => {
    const form = formOf(warning(), ZONE, "urn:pinisi:warning:1");
    expect(originOf(form, "id")).toBe("own");
    expect(wishOf(form, ZONE)).toMatchObject({ about: "urn:pinisi:warning:1", areas: ["73.71.12.1001"], expires: "2026-02-16T18:00:00.000Z" });
  });
});

describe("a warning of others", () => {
  const ground = { type: "Polygon" as const, coordinates: [[[119.4, -5.2], [119.6, -5.2], [119.6, -5.1], [119.4, -5.2]]] };
  const from: ReceivedWarning = {
    id: "urn:ngsi-ld:Alert:1",
    name: { id: "Hujan lebat" },
    event: "Hujan Lebat",
    description: { id: "Hujan lebat di Makassar." },
    instruction: null,
    severity: "Moderate",
    urgency: "Immediate",
    certainty: "Likely",
    alertStatus: "active",
    alertSource: "BMKG",
    areaServed: "Makassar",
    area: null,
    signatureVerdict: "unsigned",
    signedBy: null,
    url: null,
    issued: null,
    from: null,
    until: "2026-02-16T15:00:00Z",
    location: ground,
  };

  it("is passed on with its own words in its own language alone", () => {
    const form = forwarded(from, freshForm(NOW, ZONE), ZONE);
    expect(form.words.id).toEqual({ event: "Hujan Lebat", headline: "Hujan lebat", description: "Hujan lebat di Makassar.", instruction: "" });
    expect(originOf(form, "en")).toBe("missing");
    expect([form.polygon, form.place, form.expires]).toEqual([ground, "Makassar", "2026-02-16T23:00"]);
  });
  it("becomes an event at the middle of its ground", () => {
    const made = raisedFrom(from, (text) => (typeof text === "string" ? text : (text?.id ?? "")));
    expect(made).toMatchObject({ title: "Hujan lebat", severity: "caution", location: [119.5, expect.closeTo(-5.15)] });
    expect(raisedFrom({ ...from, location: null }, () => "x")).toMatchObject({ subject: from.id });
  });
});

describe("what an update changes", () => {
  it("is told thing by thing, each before and after", () => {
    const after = warning({
      severity: "Extreme",
      areas: ["73.71.12.1002"],
      words: { id: { event: "Banjir", headline: "Banjir di Antang", description: "Air setinggi dada.", instruction: "" } },
    });
    expect(differences(warning(), after).map((each) => each.of)).toEqual(["grade", "ground", "words"]);
  });
  it("is nothing where only seconds differ", () => expect(differences(warning(), warning({ expires: "2026-02-16T18:00:31Z" }))).toEqual([]));
  it("holds a language that is new or gone", () => {
    const english = { event: "Flood", headline: "", description: "", instruction: "" };
    expect(differences(warning(), warning({ words: { ...warning().words, en: english } }))).toMatchObject([{ language: "en", part: "event", before: "", after: "Flood" }]);
  });
});

describe("the lists", () => {
  it("part what waits, what is owed a review, what is in force and what is over", () => {
    const all = [
      warning({ id: "draft", state: "draft" }),
      warning({ id: "mild", severity: "Minor" }),
      warning({ id: "grave", severity: "Extreme", reviewOwed: true }),
      warning({ id: "drill", exercise: true }),
      warning({ id: "past", expires: "2026-02-16T12:00:00Z" }),
      warning({ id: "cancel", kind: "Cancel" }),
      warning({ id: "old", state: "replaced", reviewOwed: true }),
    ];
    const groups = Object.entries(grouped(all, NOW)).map(([name, rows]) => [name, (rows as Warning[]).map(({ id }) => id)]);
    expect(Object.fromEntries(groups)).toEqual({
      drafts: ["draft"],
      toReview: ["grave", "old"],
      inForce: ["grave", "mild"],
      exercises: ["drill"],
      ended: ["past", "cancel", "old"],
    });
  });
  it("call a warning in the reader's language, else in the first that it has", () => {
    expect(titleOf(warning(), "ja")).toBe("Banjir di Antang");
  });
  it("mark severities by the shapes of the console", () => {
    expect(["Extreme", "Severe", "Moderate", "Minor", "Unknown"].map((each) => markOf(each as "Extreme"))).toEqual([
      "danger",
      "danger",
      "caution",
      "information",
      "information",
    ]);
  });
});

describe("the address", () => {
  it.each(["list", "received", "new", "urn:pinisi:warning:1", "edit:urn:pinisi:warning:1", "update:urn:x:1", "forward:urn:ngsi-ld:Alert:a:b"])(
    "names and restores %s",
    (text) => expect(openedText(readOpened(text))).toBe(text),
  );
});
