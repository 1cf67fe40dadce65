import { describe, expect, it } from "vitest";
import { placement } from "../src/map/clip-space";

describe("the picture of a map without tilt", () => {
  const camera = { center: [119.43, -5.15] as [number, number], zoom: 12, width: 800, height: 600 };
  it("has the centre in its middle", () => {
    const { x, y } = placement(camera);
    expect([x(119.43), y(-5.15)].map((each) => Math.round(each * 1e9) + 0)).toEqual([0, 0]);
  });
  it("reaches to its edges where the tiles do: 512 pixels a tile, y upward", () => {
    const { x, y } = placement({ ...camera, center: [0, 0], zoom: 1, width: 1024, height: 1024 });
    expect([x(-180), x(180)]).toEqual([-1, 1]);
    expect([y(85.0511287798066), y(-85.0511287798066)].map((each) => each.toFixed(6))).toEqual(["1.000000", "-1.000000"]);
  });
});
