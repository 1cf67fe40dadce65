import { describe, expect, it } from "vitest";
import type { LonLat } from "../src/api/types";
import { pen } from "../src/map/pen";

const CORNERS: LonLat[] = [[119.4, -5.2], [119.5, -5.2], [119.5, -5.1]];

function drawn(): Promise<unknown> {
  return new Promise((resolve) => pen.addEventListener("drawn", (event) => resolve((event as CustomEvent).detail), { once: true }));
}

describe("drawing on the map", () => {
  it("closes a polygon of three corners, and not one of two", async () => {
    const found = drawn();
    pen.start("polygon");
    for (const corner of CORNERS.slice(0, 2)) pen.click(corner);
    pen.finish();
    expect(pen.mode).toBe("polygon");
    pen.click([0, 0]);
    pen.back();
    pen.click(CORNERS[2] as LonLat);
    expect(pen.features().features.map(({ geometry }) => geometry.type)).toEqual(["LineString", "Point", "Point", "Point"]);
    pen.finish();
    expect(await found).toEqual({ type: "Polygon", coordinates: [[...CORNERS, CORNERS[0]]] });
    expect([pen.mode, pen.points]).toEqual(["off", []]);
  });
  it("takes the centre of a circle with one click", async () => {
    const found = drawn();
    pen.start("circle");
    pen.click([119.4, -5.1]);
    expect(await found).toEqual({ type: "Point", coordinates: [119.4, -5.1] });
  });
  it("tells the map of ground only when it is another", () => {
    pen.show({ type: "Point", coordinates: [1, 2] });
    const { version } = pen;
    pen.show({ type: "Point", coordinates: [1, 2] });
    expect(pen.version).toBe(version);
    pen.show(null);
    expect(pen.features().features).toEqual([]);
  });
});
