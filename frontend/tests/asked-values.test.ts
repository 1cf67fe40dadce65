import { expect, it } from "vitest";
import type { AskedField } from "../src/api/work";
import { fieldOf, firstText, readField } from "../src/work/asked-values";

const READING = { language: "id", timeZone: "Asia/Makassar" } as const;

function field(more: Partial<AskedField>): AskedField {
  const label = { id: "x", en: "x", ja: "x" };
  const bare = { name: "x", label, hint: null, many: false, required: true, unit: null, least: null, most: null };
  return { ...bare, kind: "text", choices: [], entity: [], default: null, ...more };
}

const read = (more: Partial<AskedField>, text: string) => readField(field(more), text, READING);

it("reads each kind as the server takes it", () => {
  expect(read({ kind: "number" }, "1.234,5")).toBe(1234.5);
  expect(read({ kind: "whole" }, " 12 ")).toBe(12);
  expect(read({ kind: "yesno" }, "true")).toBe(true);
  expect(read({ kind: "yesno" }, "false")).toBe(false);
  expect(read({ kind: "date" }, "2026-01-31")).toBe("2026-01-31");
  expect(read({ kind: "moment" }, "2026-01-31T14:00")).toBe("2026-01-31T06:00:00.000Z");
  expect(read({ kind: "choice", choices: [{ value: 2, text: null }] }, "2")).toBe(2);
  expect(read({ kind: "json" }, '{"a": [1]}')).toEqual({ a: [1] });
  expect(read({ kind: "entity", many: true }, "urn:a\nurn:b")).toEqual(["urn:a", "urn:b"]);
  expect(read({ kind: "number", many: true }, "1,5\n\n2")).toEqual([1.5, 2]);
});

it("says nothing of what is empty, and sends on what it cannot read", () => {
  for (const kind of ["number", "text", "date", "moment", "choice", "entity", "json"] as const) {
    expect(read({ kind }, "  ")).toBeUndefined();
    expect(read({ kind, many: true }, "\n")).toBeUndefined();
  }
  expect(read({ kind: "number" }, "banyak")).toBe("banyak");
  expect(read({ kind: "moment" }, "nanti")).toBe("nanti");
  expect(read({ kind: "json" }, "{")).toBe("{");
});

it("shows what counts when nothing is said, so that it reads back the same", () => {
  for (const [kind, value] of [["number", 0.5], ["text", "paotere"], ["yesno", true], ["whole", 3]] as const) {
    const asked = field({ kind, default: value });
    expect(readField(asked, firstText(asked, "id"), READING)).toBe(value);
  }
  expect(firstText(field({}), "id")).toBe("");
});

it("finds the field that a fault speaks of", () => {
  expect(["wells[1]", "input.days", "command.at.from", "seconds"].map(fieldOf)).toEqual(["wells", "days", "at", "seconds"]);
});
