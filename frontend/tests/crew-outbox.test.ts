/** What a crew says waits for the line, goes out in order, and nothing is lost or said twice. */
import { describe, expect, it } from "vitest";
import type { Said } from "../src/crew/said";
import { type Ending, Outbox as AnyOutbox, type Shelf } from "../src/phone/outbox";

class Outbox extends AnyOutbox<Said> {
  constructor(kept: Shelf) {
    super(kept, "crew", (each) => ({ ...each, image: "" }));
  }
}

function shelf(room = 1_000_000): Shelf {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => {
      if (value.length > room) throw new Error("full");
      kept.set(name, value);
    },
  };
}

function said(key: string, note = ""): Said {
  return { key, incident: "urn:i", act: "accept", unit: "", reason: "", note, at: "2026-01-01T00:00:00Z" };
}

describe("the outbox", () => {
  it("sends in order and keeps what the line did not take, also over a new start of the page", async () => {
    const kept = shelf();
    const outbox = new Outbox(kept);
    for (const key of ["a", "b", "c"]) outbox.put(said(key));
    const sent: string[] = [];
    const until = (last: string) => (each: Said): Promise<Ending> => {
      if (each.key > last) return Promise.resolve({ later: "no-line" });
      sent.push(each.key);
      return Promise.resolve({ taken: true });
    };
    expect(await outbox.flush(until("a"))).toBe("no-line");
    expect(new Outbox(kept).waiting.map((each) => each.key)).toEqual(["b", "c"]);
    expect(await new Outbox(kept).flush(until("z"))).toBe("empty");
    expect(sent).toEqual(["a", "b", "c"]);
  });

  it("does not send one thing twice when it is asked twice at once", async () => {
    const outbox = new Outbox(shelf());
    outbox.put(said("a"));
    let times = 0;
    const slow = (): Promise<Ending> => {
      times += 1;
      return new Promise((done) => setTimeout(() => done({ taken: true }), 1));
    };
    await Promise.all([outbox.flush(slow), outbox.flush(slow)]);
    expect(times).toBe(1);
  });

  it("keeps what was said while it was sending", async () => {
    const outbox = new Outbox(shelf());
    outbox.put(said("a"));
    await outbox.flush((each) => {
      if (each.key === "a") outbox.put(said("b"));
      return Promise.resolve({ taken: true });
    });
    expect(outbox.waiting).toEqual([]);
  });

  it("tells what was refused until it was read, and goes on with the rest", async () => {
    const outbox = new Outbox(shelf());
    outbox.put(said("a"));
    outbox.put(said("b"));
    const refuseFirst = (each: Said): Promise<Ending> =>
      Promise.resolve(each.key === "a" ? { refused: "called back" } : { taken: true });
    expect(await outbox.flush(refuseFirst)).toBe("empty");
    expect(outbox.refused.map((each) => [each.said.key, each.reason])).toEqual([["a", "called back"]]);
    outbox.forgetRefused();
    expect(outbox.refused).toEqual([]);
  });

  it("says so when there is no room, and loses nothing that waits", () => {
    const outbox = new Outbox(shelf(400));
    outbox.put(said("a"));
    expect(() => outbox.put(said("b", "x".repeat(500)))).toThrow();
    expect(outbox.waiting.map((each) => each.key)).toEqual(["a"]);
  });
});
