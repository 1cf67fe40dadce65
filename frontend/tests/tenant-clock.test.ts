import { describe, expect, it } from "vitest";
import { read, told } from "../src/live/tenant-clock";

const now = "2017-02-21T06:00:00Z";

describe("the clock of a tenant", () => {
  it("follows ours when it is live, whatever its speed says", () => {
    expect(read(told({ now, mode: "live", speed: 60 }, 5_000), 6_000).toISOString()).toBe("2017-02-21T06:00:01.000Z");
  });
  it("runs as fast as its replay", () => {
    expect(read(told({ now, mode: "replayed", speed: 60 }, 5_000), 6_000).toISOString()).toBe("2017-02-21T06:01:00.000Z");
  });
  it("stands still when it is paused", () => {
    expect(read(told({ now, mode: "paused", speed: 60 }, 5_000), 99_000).toISOString()).toBe("2017-02-21T06:00:00.000Z");
  });
});
