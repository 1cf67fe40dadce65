import { expect, it } from "vitest";
import { sparkPath } from "../src/programme/spark-path";

it("a trend rises to the right in true proportion of time", () => {
  const drawn = sparkPath([["2016-01-01", 0], ["2018-01-01", 10], ["2024-01-01", 20]], 82, 20);
  expect(drawn?.path).toBe("M2 18L21.5 10L80 2");
  expect(drawn?.end).toEqual([80, 2]);
});

it("what stays level lies in the middle, and one point is a dot there", () => {
  expect(sparkPath([["2016-01-01", 5], ["2018-01-01", 5]], 40, 20)?.path).toBe("M2 10L38 10");
  expect(sparkPath([["2016-01-01", 5]], 40, 20)?.end).toEqual([20, 10]);
  expect(sparkPath([], 40, 20)).toBeNull();
});
