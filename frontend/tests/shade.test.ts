import { describe, expect, it } from "vitest";
import type { AreaFigures } from "../src/api/types";
import type { Palette } from "../src/map/palette";
import { classColour, densest, heatPaint, shadePaint } from "../src/map/shade-layers";
import { emptyMargin } from "../src/map/symbols";
import { heatText, readHeat, readShade, shadeText } from "../src/screen/shade";

const palette = { classes: ["#1", "#2", "#3", "#4", "#5"], ink: "#0" } as unknown as Palette;

describe("what shades the map", () => {
  const written = ["layer:waste-banks:count@kelurahan", "layer:green-spaces:sum:area@kecamatan/area", "indicator:population@kecamatan", "layer:waste-banks:count@kelurahan/area~natural"];
  it("is written into the address and read again", () => {
    for (const text of written) {
      const shade = readShade(text);
      expect(shade && shadeText(shade)).toBe(text);
    }
  });
  it("is nothing when the address says nonsense", () => {
    for (const text of ["", "layer:x", "layer:x:sum@kelurahan", "layer:x:median:y@kelurahan", "layer:x:count@province", "x"]) expect(readShade(text)).toBeNull();
  });
  it("knows heat by its radius in metres", () => {
    expect(readHeat("waste-banks:500")).toEqual({ of: "waste-banks", radius: 500 });
    expect([readHeat("waste-banks:7"), readHeat("waste-banks"), readHeat(null)]).toEqual([null, null, null]);
    expect(heatText({ of: "events", radius: 250 })).toBe("events:250");
  });
});

describe("areas in classes", () => {
  it("have the whole range of colours, however few classes there are", () => {
    const colours = (count: number) => Array.from({ length: count }, (_, step) => classColour(step, count, palette));
    expect([colours(5), colours(3), colours(2), colours(1)]).toEqual([["#1", "#2", "#3", "#4", "#5"], ["#1", "#3", "#5"], ["#1", "#5"], ["#3"]]);
  });
  it("are hatched where nothing is known", () => {
    const figures = { areas: [{ code: "a", class: 0 }, { code: "b", class: null }], classes: [{}, {}] } as unknown as AreaFigures;
    expect(shadePaint(figures, palette)).toEqual({
      colour: ["match", ["get", "code"], "a", "#1", "rgba(0,0,0,0)"],
      unknown: ["in", ["get", "code"], ["literal", ["b"]]],
    });
  });
});

describe("heat", () => {
  it("has a radius in metres at every zoom", () => {
    const [, , , , atZero, , atDeepest] = heatPaint(500, 0, 4, palette)["heatmap-radius"] as number[];
    expect(atZero).toBeCloseTo(500 / 78271.517, 9);
    expect(Number(atDeepest) / Number(atZero)).toBe(2 ** 22);
  });
  it("is strongest where most points stand within its radius", () => {
    expect(densest([[119.43, -5.15], [119.4301, -5.15], [119.43, -5.1501], [119.5, -5.2]], 500)).toBe(3);
    expect(densest([], 500)).toBe(0);
  });
});

describe("a symbol drawn ten thousand times", () => {
  it("is cut to what is drawn in it", () => {
    const data = new Uint8ClampedArray(4 * 7 * 7);
    for (const [x, y] of [[2, 3], [4, 3]] as const) data[4 * (7 * y + x) + 3] = 255;
    expect(emptyMargin({ data, width: 7 })).toBe(2);
  });
});
