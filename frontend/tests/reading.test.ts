import type { ReactiveControllerHost } from "lit";
import { describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem";
import { servicePath } from "../src/api/service-path";
import { Reading } from "../src/views/reading";

const host: ReactiveControllerHost = { addController: () => undefined, removeController: () => undefined, requestUpdate: () => undefined, updateComplete: Promise.resolve(true) };

interface Question {
  signal: AbortSignal;
  answer: (value: string) => void;
  fail: (cause: unknown) => void;
}

/** A reading whose answers come when the test says so. */
function reading(key: () => string | null) {
  const questions: Question[] = [];
  const got: string[] = [];
  const read = (signal: AbortSignal) => new Promise<string>((answer, fail) => questions.push({ signal, answer, fail }));
  const made = new Reading<string>(host, { key, read, got: (value) => got.push(value) });
  made.hostConnected();
  made.hostUpdate();
  return { made, questions, got };
}

const settled = () => new Promise((resume) => setTimeout(resume));

describe("a reading of a component", () => {
  it("asks once for one key, however often its component is drawn", async () => {
    const { made, questions, got } = reading(() => "a");
    made.hostUpdate();
    questions[0]?.answer("first");
    await settled();
    made.hostUpdate();
    expect([questions.length, made.value, made.busy, got]).toEqual([1, "first", false, ["first"]]);
  });
  it("asks for nothing where there is no key", () => expect(reading(() => null).questions).toEqual([]));
  it("throws the answer to an earlier question away", async () => {
    let key = "a";
    const { made, questions } = reading(() => key);
    key = "b";
    made.hostUpdate();
    questions[1]?.answer("of b");
    questions[0]?.answer("of a");
    await settled();
    expect([made.value, questions[0]?.signal.aborted]).toEqual(["of b", true]);
  });
  it("shows what it had when it cannot be read any more, and says since when", async () => {
    const { made, questions } = reading(() => "a");
    questions[0]?.answer("first");
    await settled();
    const { readAt } = made;
    void made.again();
    questions[1]?.fail(new Problem(503, "The service does not run", "mobility is switched off"));
    await settled();
    expect([made.value, made.problem?.status, made.readAt]).toEqual(["first", 503, readAt]);
  });
  it("never shows a value of another key", async () => {
    let key = "a";
    const { made, questions } = reading(() => key);
    questions[0]?.answer("of a");
    await settled();
    key = "b";
    made.hostUpdate();
    expect([made.value, made.busy]).toEqual([null, true]);
  });
  it("ends with its component", async () => {
    const { made, questions } = reading(() => "a");
    made.hostDisconnected();
    questions[0]?.answer("late");
    await settled();
    expect([made.value, questions[0]?.signal.aborted]).toEqual([null, true]);
  });
});

describe("the address of an endpoint of a service", () => {
  it("leaves out what nobody asked for", () => {
    expect(servicePath("mobility", "/routes", { from: "1,2", to: null, toll: false })).toBe("services/mobility/routes?from=1%2C2&toll=false");
  });
  it("has no query without one", () => expect(servicePath("mobility", "routes")).toBe("services/mobility/routes"));
});
