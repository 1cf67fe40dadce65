import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress, type Screen, START } from "../src/screen/address";

const BUSY: Screen = {
  tenant: "jakarta-flood",
  page: "place",
  id: "urn:ngsi-ld:AdministrativeArea:id-73.71.09.1004",
  incident: null,
  warning: "update:urn:pinisi:warning:1",
  list: "waste-banks",
  service: "mobility/signals",
  detail: "plan:2",
  value: "fact https://smartdatamodels.org/area ds",
  people: "sessions",
  why: "tile population",
  layers: ["puskesmas", "landfill"],
  filter: "mine",
  only: "category:flood",
  map: { zoom: 12.34, lat: -5.14, lon: 119.43 },
  lang: "ja",
  theme: "light",
  mode: "wall",
  at: "2017-02-21T06:00:00.000Z",
  known: "now",
  with: "2017-02-21T13:00:00.000Z",
  sheet: true,
  panel: 30.25,
  legend: "folded",
  shade: { layer: "green-spaces", indicator: null, measure: "sum", attribute: "area", level: "kecamatan", per: "area", classing: "quantile" },
  heat: { of: "waste-banks", radius: 500 },
};

const search = (address: string) => address.replace(/^\//, "");

describe("the address bar", () => {
  it("is empty at the start", () => expect(formatAddress(START)).toBe("/"));
  it("restores the start from nothing", () => expect(parseAddress("")).toEqual(START));
  it("restores every part of a busy screen", () => expect(parseAddress(search(formatAddress(BUSY)))).toEqual(BUSY));
  it("keeps an empty choice of layers apart from the city's own", () => {
    expect(parseAddress(search(formatAddress({ ...START, layers: [] }))).layers).toEqual([]);
  });
  it("stays readable", () => expect(formatAddress({ ...START, layers: ["a", "b"] })).toBe("/?layers=a,b"));
  it.each(["?map=abc", "?map=12/99/0", "?map=12/0", "?panel=5", "?page=nowhere", "?theme=pink", "?lang=fr", "?at=yesterday", "?known=then", "?with=2017"])(
    "falls back to the start for %s",
    (broken) => expect(parseAddress(broken)).toEqual(START),
  );
});
