import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Binding, ToolSchema } from "../../../src/connectors/contract.ts";
import { lenses } from "../../../src/connectors/jira/mapping.ts";
import { issueBody } from "../../../src/connectors/jira/issue-fields.ts";
import type { JiraSchema } from "../../../src/connectors/jira/schema.ts";
import type { FieldName, FieldValue, ItemType, ToolValue } from "../../../src/core/model.ts";
import { STATUS_VALUES } from "../../../src/core/fields.ts";
import type { Lens } from "../../../src/core/lens.ts";
import { bindingOf } from "./harness.ts";

const SEED = Number(process.env["SDLC_SYNC_SEED"] ?? 1);

const state = (id: string, name: string, category: string): { id: string; name: string; category: string } => ({
  id,
  name,
  category,
});
const DELIVERY = [
  state("1", "To Do", "new"),
  state("3", "In Progress", "indeterminate"),
  state("4", "In Review", "indeterminate"),
  state("5", "Done", "done"),
  state("6", "Blocked", "indeterminate"),
  state("7", "Cancelled", "done"),
  state("8", "Won't Do", "done"),
];
const SCREEN = [
  "assignee",
  "customfield_1",
  "description",
  "duedate",
  "labels",
  "parent",
  "priority",
  "summary",
  "timetracking",
];

function schemaOf(
  over: Partial<JiraSchema> = {},
  statuses: readonly ReturnType<typeof state>[] = DELIVERY,
): ToolSchema {
  const schema: JiraSchema = {
    siteUrl: "https://acme.test",
    projectId: "10000",
    projectKey: "CHK",
    types: { epic: { id: "e", name: "Epic" }, story: { id: "s", name: "Story" }, task: { id: "t", name: "Task" } },
    subtask: null,
    statuses: { e: statuses, s: statuses, t: statuses },
    priorities: ["Highest", "High", "Medium", "Low", "Lowest"].map((name, n) => ({ id: String(n + 1), name })),
    users: [
      { accountId: "ada", name: "Ada Lovelace", email: "ada@x.test", active: true },
      { accountId: "grace", name: "Grace Hopper", email: null, active: true },
      { accountId: "sam1", name: "Sam Lee", email: "sam.a@x.test", active: true },
      { accountId: "sam2", name: "Sam Lee", email: "sam.b@x.test", active: true },
      { accountId: "alan", name: "Alan Gone", email: "alan@x.test", active: false },
      { accountId: "guest", name: "Guest", email: "guest@x.test", active: true },
    ],
    unassignable: ["guest"],
    fields: { estimate: "customfield_1", sprint: "customfield_2", qa_assignee: null },
    epicEstimate: null,
    screens: { e: SCREEN, s: SCREEN, t: SCREEN },
    editScreens: { e: SCREEN, s: SCREEN, t: SCREEN },
    sprints: [
      { id: 7, name: "Sprint 7", state: "active" },
      { id: 8, name: "Twin", state: "future" },
      { id: 9, name: "Twin", state: "future" },
    ],
    ...over,
  };
  return schema as unknown as ToolSchema;
}

function lens(
  field: FieldName,
  type: ItemType = "story",
  binding: Partial<Binding> = {},
  schema: ToolSchema = schemaOf(),
): Lens {
  const found = lenses(bindingOf(binding), schema)(type, field);
  if (!found) throw new Error(`no lens for ${type}.${field}`);
  return found;
}
const value = (held: ToolValue): object => ({ kind: "value", value: held });
const cannot = (code: string): object => expect.objectContaining({ kind: "cannot", code }) as object;
const none = (code: string): object => expect.objectContaining({ kind: "none", code }) as object;

describe("status", () => {
  it.each([
    ["story", { ready: "1", in_progress: "3", in_review: "4", done: "5", blocked: "6", cancelled: "7" }],
    ["epic", { planning: "1", in_progress: "3", on_hold: "6", completed: "5", blocked: "6", cancelled: "7" }],
    ["task", { todo: "1", in_progress: "3", done: "5", blocked: "6" }],
  ] as const)("of a %s goes by name", (type, expected) => {
    const status = lens("status", type);
    for (const [canonical, id] of Object.entries(expected)) expect(status.write(canonical)).toEqual(value(id));
    expect(Object.keys(expected)).toEqual(expect.arrayContaining([...STATUS_VALUES[type]]));
  });

  it("reads what it names, and nothing into a state that nobody mapped", () => {
    const status = lens("status");
    expect(status.read("4")).toEqual(value("in_review"));
    expect(status.read("8")).toEqual(none("unmapped-status"));
    expect(status.read("99")).toEqual(none("unknown-status"));
    expect(lens("status", "epic").read("6")).toEqual(value("blocked"));
  });

  it("falls back on the category where no name tells, and on a kindred state where there is none", () => {
    const statuses = [state("1", "Open", "new"), state("2", "Doing", "indeterminate"), state("3", "Shipped", "done")];
    const status = lens("status", "story", {}, schemaOf({}, statuses));
    expect(status.read("2")).toEqual(value("in_progress"));
    for (const canonical of ["in_progress", "in_review", "blocked"])
      expect(status.represents("2", canonical)).toBe(true);
    expect(status.write("done")).toEqual(value("3"));
    expect(status.write("cancelled")).toEqual(cannot("no-such-status"));
  });

  it("refuses two states of one category, until the binding names one", () => {
    const statuses = [state("1", "Backlog", "new"), state("2", "Selected", "new"), state("3", "Done", "done")];
    expect(lens("status", "story", {}, schemaOf({}, statuses)).write("ready")).toEqual(cannot("ambiguous-status"));
    const mapping = { status: { story: { ready: "Selected" } } };
    const status = lens("status", "story", { mapping }, schemaOf({}, statuses));
    expect(status.write("ready")).toEqual(value("2"));
    expect(status.read("1")).toEqual(none("unmapped-status"));
  });

  it("takes the binding's word, by name or id, and says when it names nothing", () => {
    const mapping = { status: { story: { in_review: "code review", cancelled: "8", done: "Nowhere" } } };
    const statuses = [...DELIVERY, state("9", "Code Review", "indeterminate")];
    const status = lens("status", "story", { mapping }, schemaOf({}, statuses));
    expect(status.write("in_review")).toEqual(value("9"));
    expect(status.read("8")).toEqual(value("cancelled"));
    expect(status.read("4")).toEqual(none("unmapped-status"));
    expect(status.write("done")).toEqual(cannot("unknown-status"));
  });

  it("goes by id, so that a renamed state of the binding stays itself", () => {
    const renamed = DELIVERY.map((one) => (one.id === "4" ? state("4", "Peer check", "indeterminate") : one));
    const mapping = { status: { story: { in_review: "4" } } };
    expect(lens("status", "story", { mapping }, schemaOf({}, renamed)).read("4")).toEqual(value("in_review"));
  });
});

describe("priority", () => {
  it("maps five onto three", () => {
    const priority = lens("priority");
    expect(["1", "2", "3", "4", "5"].map((id) => priority.read(id))).toEqual(["P1", "P1", "P2", "P3", "P3"].map(value));
    expect(["P1", "P2", "P3"].map((level) => priority.write(level))).toEqual(["1", "3", "4"].map(value));
    expect(priority.represents("2", "P1")).toBe(true);
    expect(priority.write(null)).toEqual(cannot("no-priority"));
  });
  it("takes other names from the binding only", () => {
    const schema = schemaOf({
      priorities: [
        { id: "a", name: "Now" },
        { id: "b", name: "Later" },
      ],
    });
    expect(lens("priority", "story", {}, schema).read("a")).toEqual(none("unmapped-priority"));
    const mapped = lens("priority", "story", { mapping: { priority: { P1: "now", P3: "b" } } }, schema);
    expect([mapped.read("a"), mapped.write("P3"), mapped.write("P2")]).toEqual([
      value("P1"),
      value("b"),
      cannot("unknown-priority"),
    ]);
  });
});

describe("people", () => {
  it("are found by e-mail, name and map; nobody else is ever cleared or guessed", () => {
    const assignee = lens("assignee", "story", {
      people: { grace: "grace", "g.hopper@x.test": "grace", boss: "alan@x.test" },
    });
    expect(assignee.write("ADA@x.test")).toEqual(value("ada"));
    expect(assignee.write("Ada Lovelace")).toEqual(value("ada"));
    expect(assignee.write("@grace")).toEqual(value("grace"));
    expect(assignee.write("Sam Lee")).toEqual(cannot("ambiguous-person"));
    expect(assignee.write("nobody")).toEqual(cannot("unknown-person"));
    expect(assignee.write("boss")).toEqual(cannot("inactive-person"));
    expect(assignee.write("guest@x.test")).toEqual(cannot("unassignable-person"));
    expect(assignee.write(null)).toEqual(value(null));
  });
  it("are read as their e-mail, or as the map spells them; a hidden address is no opinion", () => {
    expect(lens("assignee").read("ada")).toEqual(value("ada@x.test"));
    expect(lens("assignee").read("grace")).toEqual(none("hidden-email"));
    expect(lens("assignee").read("stranger")).toEqual(none("unknown-person"));
    const mapped = lens("assignee", "story", { people: { grace: "grace", "g.hopper@x.test": "grace" } });
    expect(mapped.read("grace")).toEqual(value("g.hopper@x.test"));
    expect(mapped.represents("grace", "Grace")).toBe(true);
  });
});

describe("values that do not fit", () => {
  it.each<[FieldName, FieldValue, string]>([
    ["title", "x".repeat(256), "too-long"],
    ["title", " \n", "empty-title"],
    ["description", "word ".repeat(7000), "too-long"],
    ["estimate", "many", "not-a-number"],
    ["due", "2026-11-20T10:00:00Z", "not-a-date"],
    ["due", "2026-02-30", "not-a-date"],
    ["labels", ["x".repeat(256)], "too-long"],
    ["sprint", "Sprint 99", "unknown-sprint"],
    ["sprint", "Twin", "ambiguous-sprint"],
  ])("%s %j is one typed finding", (field, canonical, code) => {
    expect(lens(field).write(canonical)).toEqual(cannot(code));
  });

  it.each<[FieldName, FieldValue, ToolValue]>([
    ["title", " Two\n lines ", "Two lines"],
    ["estimate", "2.5", 2.5],
    ["labels", ["two words", "a", "a", "type:qa", " "], ["a", "two-words"]],
    ["sprint", "7", { id: 7, name: "Sprint 7" }],
    ["sprint", "sprint 7", { id: 7, name: "Sprint 7" }],
    ["description", "* a\r\n* b\r\n", "- a\n- b"],
    ["description", " ", null],
  ])("%s %j is written as %j and stands for it", (field, canonical, held) => {
    expect(lens(field).write(canonical)).toEqual(value(held));
    expect(lens(field).represents(held, canonical)).toBe(true);
  });
});

describe("what the project lacks", () => {
  it("has no lens, or one that is not written", () => {
    const table = lenses(bindingOf(), schemaOf());
    expect(table("epic", "estimate")).toBeUndefined();
    expect(table("story", "branch")).toBeUndefined();
    expect(table("story", "qa_assignee")).toBeUndefined();
    expect(table("story", "sprint")?.writable).toBe(false);
    expect(table("story", "estimate")?.writable).toBeUndefined();
    expect(table("task", "estimate")).toBeDefined();
    expect(table("project", "title")).toBeDefined();
    expect(table("project", "health")).toBeUndefined();
  });
});

describe("the lens laws", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.constantFrom("a  b", "two\nlines", " x "),
  );
  const held: { readonly [F in FieldName]?: fc.Arbitrary<ToolValue> } = {
    title: anyText.map((text) => `t${text.replace(/[\r\n]/g, "")}`),
    description: fc.constantFrom(null, "x", "- a\n- b", "**b**"),
    status: fc.constantFrom(...DELIVERY.map(({ id }) => id), "99"),
    priority: fc.constantFrom("1", "2", "3", "4", "5", null),
    estimate: fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constant(null)),
    labels: fc.uniqueArray(fc.constantFrom("a", "B", "two-words", "ñ")).map((labels) => labels.sort()),
    due: fc.constantFrom(null, "2026-12-01"),
    assignee: fc.constantFrom(null, "ada", "grace", "sam1", "alan", "stranger"),
    sprint: fc.constantFrom(null, { id: 7, name: "Sprint 7" }, { id: 3, name: "Closed" }),
  };
  it.each(Object.keys(held) as FieldName[])("hold for what Jira may hold in %s, over ten rounds", (field) => {
    const one = lens(field);
    fc.assert(
      fc.property(held[field] ?? fc.constant(null), (start) => {
        const reading = one.read(start);
        if (reading.kind === "none") return;
        expect(one.represents(start, reading.value)).toBe(true);
        let now = start;
        let hub: FieldValue = reading.value;
        for (let round = 0; round < 10; round++) {
          if (!one.represents(now, hub)) {
            const written = one.write(hub);
            if (written.kind === "value") now = written.value;
          }
          const again = one.read(now);
          if (again.kind === "value" && !one.represents(now, hub)) hub = again.value;
        }
        expect([now, hub]).toEqual([start, reading.value]);
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});

describe("a task's hours", () => {
  const hours = lens("estimate", "task");
  /** What Jira holds, in hours, after a value was written: its seconds come back from whole minutes. */
  const kept = (canonical: FieldValue): ToolValue => {
    const written = hours.write(canonical);
    if (written.kind !== "value") throw new Error(JSON.stringify(written));
    const body = issueBody(schemaOf() as unknown as JiraSchema, "task", { estimate: written.value });
    const { originalEstimate } = body.fields["timetracking"] as { originalEstimate: string };
    expect(originalEstimate).toMatch(/^\d+m$/);
    return (Number.parseInt(originalEstimate) * 60) / 3600;
  };
  const odd = fc.constantFrom(0.33, 0.1, 1.005, 0.001, 1 / 3, 2.675, 1e-9, "0.33", 39.99);
  const anyHours = fc.oneof(odd, fc.double({ min: 0, max: 2000, noNaN: true }));

  it("stand for what was written, as written, and stay what they are over ten rounds", () => {
    fc.assert(
      fc.property(anyHours, (canonical) => {
        const held = kept(canonical);
        expect(hours.represents(held, canonical)).toBe(true);
        const written = hours.write(canonical);
        expect(written).toEqual(value(held));
        let read = hours.read(held);
        for (let round = 0; round < 10; round++) {
          if (read.kind !== "value") throw new Error("hours are always a value");
          expect(hours.represents(held, read.value)).toBe(true);
          expect(kept(read.value)).toBe(held);
          read = hours.read(kept(read.value));
        }
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it("are read so that every minute, and whatever seconds an import left, stands for what is read", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(60_000),
          fc.nat(6000).map((minutes) => minutes * 60),
        ),
        (seconds) => {
          const reading = hours.read(seconds / 3600);
          if (reading.kind !== "value") throw new Error("hours are always a value");
          expect(hours.represents(seconds / 3600, reading.value)).toBe(true);
          expect(String(reading.value)).toMatch(/^\d+(\.\d{1,2})?$/);
        },
      ),
      { numRuns: 500, seed: SEED },
    );
  });

  it("tell two estimates a minute apart from each other", () => {
    for (let minutes = 1; minutes < 600; minutes++) {
      const reading = hours.read(minutes / 60);
      expect(reading.kind === "value" && hours.represents((minutes - 1) / 60, reading.value)).toBe(false);
    }
  });

  it("are cleared as no minutes, which nothing and zero both stand for", () => {
    expect(kept(null)).toBe(0);
    for (const held of [0, null])
      for (const canonical of [0, null]) expect(hours.represents(held, canonical)).toBe(true);
    expect(hours.represents(2, null)).toBe(false);
    expect(hours.represents(null, 2)).toBe(false);
    expect(hours.write(-1)).toEqual(cannot("negative-hours"));
  });
});
