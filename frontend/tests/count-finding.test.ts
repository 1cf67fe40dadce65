/** Finding one's junction among many: by words, the nearest first. */
import { expect, test } from "vitest";
import { found, metresTo } from "../src/count/finding";
import type { Survey } from "../src/count/line";

const survey = (key: string, junction: string, place: Survey["place"] = null): Survey => ({
  key,
  name: `Survei ${key}`,
  junction,
  minutes: 15,
  since: "",
  until: "",
  approaches: [],
  watched: [],
  place,
});
const NEAR = survey("n", "Veteran - Landak", [119.42, -5.16]);
const FAR = survey("f", "Adhyaksa", [119.45, -5.16]);
const UNKNOWN = survey("u", "Cendrawasih");
const ALL = [UNKNOWN, FAR, NEAR];
const HERE = { lon: 119.421, lat: -5.16 };

test("without a place they stay in their order", () => {
  expect(found(ALL, "", null)).toEqual(ALL);
});

test("with a place the nearest is first, and those of unknown place last", () => {
  expect(found(ALL, "", HERE).map(({ key }) => key)).toEqual(["n", "f", "u"]);
  expect(metresTo(NEAR, HERE)).toBeCloseTo(110.7, 0);
  expect(metresTo(UNKNOWN, HERE)).toBeNull();
});

test("every word has to be in the junction or the survey", () => {
  expect(found(ALL, "landak  VETER", null)).toEqual([NEAR]);
  expect(found(ALL, "survei f", null)).toEqual([FAR]);
  expect(found(ALL, "nowhere", HERE)).toEqual([]);
});
