import fc from "fast-check";
import { expect, it } from "vitest";
import { FIELDS_OF_TYPE, PRIORITY_VALUES, STATUS_VALUES, TASK_TYPES } from "../../../src/core/fields.ts";
import { NO_MAPS } from "../../../src/core/maps.ts";
import type { Lens } from "../../../src/core/lens.ts";
import type { FieldName, FieldValue, ToolValue } from "../../../src/core/model.ts";
import type { WorkType } from "./harness.ts";
import type { Session } from "./session.ts";

const SEED = 20261121;
const TYPES: readonly WorkType[] = ["epic", "story", "task"];

const MARKDOWN: readonly string[] = [
  "Plain words",
  "# Heading\n\nA paragraph with **strong**, *emphasis*, `code` and a [link](https://example.com/a?b=c).",
  "- one\n- two\n  - nested\n\n1. first\n2. second",
  "- [ ] open\n- [x] done",
  "```ts\nconst a = 1;\n```",
  "| a | b |\n| - | - |\n| 1 | 2 |",
  "Line one\r\nLine two\r\n",
  "> a quote\n\n---\n\nEmoji 🙃 and ñandú",
];

/** Canonical values that a hub may hold for a field; the tool may decline any of them. */
function samplesOf(type: WorkType, field: FieldName): fc.Arbitrary<FieldValue> {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });
  const orNull = (values: fc.Arbitrary<FieldValue>): fc.Arbitrary<FieldValue> =>
    fc.option(values, { nil: null, freq: 8 });
  switch (field) {
    case "title":
      return fc.oneof(
        text,
        fc.constantFrom("No", "007", "Trailing blanks  ", "Two\nlines", "«VeriFactu» – ñ", "x".repeat(300)),
      );
    case "description":
      return orNull(
        fc.oneof(
          fc.constantFrom(...MARKDOWN),
          fc.tuple(fc.constantFrom(...MARKDOWN), fc.constantFrom(...MARKDOWN)).map((parts) => parts.join("\n\n")),
        ),
      );
    case "status":
      return fc.constantFrom(...STATUS_VALUES[type]);
    case "priority":
      return orNull(fc.constantFrom(...PRIORITY_VALUES));
    case "estimate":
      return orNull(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0.5, 2.5, 13, 100)));
    case "labels":
      return fc.uniqueArray(fc.constantFrom("alpha", "Beta", "two words", "ñ", "a/b", "status:ready", "sdlc-sync"), {
        maxLength: 4,
      });
    case "due":
      return orNull(
        fc
          .date({ min: new Date("2026-01-01"), max: new Date("2028-12-31"), noInvalidDate: true })
          .map((date) => date.toISOString().slice(0, 10)),
      );
    case "task_type":
      return orNull(fc.constantFrom(...TASK_TYPES));
    case "branch":
      return orNull(fc.constantFrom("feat/CHK-11-store-card", "main"));
    case "pr":
      return orNull(fc.constant("https://github.com/acme/checkout/pull/77"));
    default:
      return orNull(fc.constantFrom("ana.ruiz@example.com", "nobody", "Sprint 2026-31", "Sprint 99"));
  }
}

/** `represents(write(c), c)`; writing what was read changes nothing; no value is a trap. */
export function describeLensLaws(use: () => Session): void {
  it.each(TYPES)("obeys the lens laws for every field of a %s", (type) => {
    const session = use();
    for (const field of FIELDS_OF_TYPE[type]) {
      const lens = session.lenses(type, field);
      if (!lens || field === "parent") continue;
      const own = session.harness.samples?.[field] ?? [];
      const values =
        own.length > 0 ? fc.oneof(samplesOf(type, field), fc.constantFrom(...own)) : samplesOf(type, field);
      fc.assert(
        fc.property(values, (canonical) => checkWritten(lens, `${type}.${field}`, canonical)),
        { seed: SEED, numRuns: 200 },
      );
    }
  });

  it("has a row in the tool's maps for each field that it holds, written only where the row says so", () => {
    const session = use();
    const { maps } = session.scope.binding;
    if (maps === NO_MAPS) return;
    for (const type of TYPES)
      for (const field of FIELDS_OF_TYPE[type]) {
        const lens = session.lenses(type, field);
        if (!lens) continue;
        expect(maps.fields[field], `${type}.${field}`).toBeDefined();
        if (maps.fields[field]?.direction === "pull") expect(lens.writable, `${type}.${field}`).toBe(false);
      }
  });

  it("can tell two values apart in every field it holds", () => {
    const session = use();
    const pairs: readonly (readonly [FieldName, FieldValue, FieldValue])[] = [
      ["title", "One", "Another"],
      ["description", "One", "Another"],
      ["status", "ready", "done"],
      ["priority", "P1", "P3"],
      ["estimate", 1, 8],
      ["labels", ["alpha"], ["beta"]],
      ["due", "2026-12-24", "2026-12-25"],
      ["due", "2026-12-24", null],
    ];
    for (const [field, held, other] of pairs) {
      const lens = session.lenses("story", field);
      const written = lens?.write(held);
      if (!lens || written?.kind !== "value") continue;
      expect(lens.represents(written.value, other), `${field}: ${String(held)} stands for ${String(other)}`).toBe(
        false,
      );
    }
  });

  it("obeys them for what the tool really keeps", async () => {
    const session = use();
    for (const description of MARKDOWN) {
      const title = `  Odd   title with "quotes" & <tags> ${description.length}`;
      const wanted = {
        title,
        description,
        labels: ["Alpha", "two words"],
        estimate: 3,
        priority: "P2",
        status: "in_review",
      };
      const twin = await session.readOne((await session.make("story", wanted)).ref);
      for (const [field, held] of Object.entries(twin.fields)) {
        const lens = session.lenses("story", field as FieldName);
        if (lens && field !== "parent") checkRead(lens, `story.${field}`, held);
      }
      for (const [field, value] of Object.entries(wanted)) {
        const lens = session.lenses("story", field as FieldName);
        const held = twin.fields[field as FieldName];
        if (!lens || held === undefined || lens.write(value).kind !== "value") continue;
        expect(lens.represents(held, value), `${field}: ${JSON.stringify(held)} for ${JSON.stringify(value)}`).toBe(
          true,
        );
      }
    }
  });
}

function checkWritten(lens: Lens, name: string, canonical: FieldValue): void {
  const written = lens.write(canonical);
  if (written.kind === "cannot") {
    expect(written.code, name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(written.message, name).not.toBe("");
    return;
  }
  const what = `${name}: ${JSON.stringify(canonical)} written as ${JSON.stringify(written.value)}`;
  expect(lens.represents(written.value, canonical), what).toBe(true);
  expect(JSON.parse(JSON.stringify(written.value)), `${what} is JSON`).toEqual(written.value);
  checkRead(lens, name, written.value);
}

/** What is read stands for what is held, and writing it back asks for nothing else. */
function checkRead(lens: Lens, name: string, held: ToolValue): void {
  const reading = lens.read(held);
  if (reading.kind === "none") {
    expect(reading.code, name).not.toBe("");
    return;
  }
  const what = `${name}: ${JSON.stringify(held)} read as ${JSON.stringify(reading.value)}`;
  expect(lens.represents(held, reading.value), what).toBe(true);
  const again = lens.write(reading.value);
  if (again.kind === "value") expect(lens.represents(again.value, reading.value), `${what}, written again`).toBe(true);
}
