import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { FaultRule } from "../../sandbox/kit/faults.ts";
import { expectSettled } from "../support/invariants.ts";
import { UNLIMITED_REGISTRY } from "../support/unlimited-registry.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const STORIES = Array.from(
  { length: 6 },
  (_, n) => `    - {id: US-00${n + 1}, epic: EPIC-001, title: Story ${n + 1}, status: in_progress, estimation: 3}\n`,
);
const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
${STORIES.join("")}external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
type Case = readonly ["jira" | "linear", string, FaultRule];

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub: HUB, ...options });
}
const otherOf = (tool: "jira" | "linear") => (tool === "jira" ? "linear" : "jira");

/** The request is taken, but its answer never comes as it was. */
const LOST: readonly (readonly [string, Omit<FaultRule, "operation">])[] = [
  ["503 after it was taken", { kind: "unavailable-after" }],
  ["connection reset after it was taken", { kind: "drop-after" }],
  ["answer cut in half", { kind: "truncated" }],
  ["answer later than we wait", { kind: "latency", latencyMs: 1_300 }],
];
const impatient: Partial<WorldOptions> = { timings: { request_timeout_ms: 700 } };

async function titles(tool: "jira" | "linear"): Promise<(string | undefined)[]> {
  const keys = await Promise.all(["US-002", "US-003"].map((id) => world.key(id, tool)));
  return keys.map((key) =>
    tool === "jira" ? world.jira.site.get(key).data.summary : world.linear.store.findIssue(key)?.title,
  );
}

describe("scenarios 36 and 40: an answer is lost", () => {
  it.each([
    ["jira", "POST issue/bulk$"],
    ["linear", "CreateProject"],
    ["linear", "Create(?!Project)"],
  ] as const)("%s, %s: one twin each, in the same run", async (tool, operation) => {
    await start(impatient);
    for (const [n, [what, rule]] of LOST.entries()) {
      const [epic, story] = [`EPIC-01${n}`, `US-01${n}`];
      await world.editHub("  stories:\n", `    - {id: ${epic}, title: Epic ${n}, status: planning}\n  stories:\n`);
      await world.editHub(
        "external_sync:",
        `    - {id: ${story}, epic: ${epic}, title: Lost, status: ready}\nexternal_sync:`,
      );
      world[tool].faults.add({ ...rule, operation });
      const report = await world.sync();
      expect([what, report.tools[tool]?.error, report.summary.failed]).toEqual([what, undefined, 0]);
    }
    await expectSettled(world);
  });

  it.each([
    ["jira", "PUT issue/"],
    ["jira", "POST issue/.*transitions$"],
    ["linear", "UpdateIssue"],
  ] as const)("%s, %s: an edit arrives once, in the same run", async (tool, operation) => {
    await start(impatient);
    await world.sync();
    for (const [n, [what, rule]] of LOST.entries()) {
      world[tool].faults.add({ ...rule, operation });
      const status = n % 2 === 0 ? "in_review" : "in_progress";
      await world.editHub(/(US-002.*title: )[^,]*, status: \w+/, `$1Told ${n}, status: ${status}`);
      await world.editHub(/(US-003.*title: )[^,]*/, `$1Told too ${n}`);
      const report = await world.sync();
      expect([what, report.tools[tool]?.error, report.summary.failed]).toEqual([what, undefined, 0]);
      expect(await titles(tool)).toEqual([`Told ${n}`, `Told too ${n}`]);
    }
    await expectSettled(world);
  });

  it.each(["jira", "linear"] as const)(
    "%s stays away afterwards: what a person then writes on top of the lost write is no echo, and is kept",
    async (tool) => {
      await start();
      await world.sync();
      const operation = tool === "jira" ? "PUT issue/" : "UpdateIssue";
      world[tool].faults.add({ kind: "drop-after", operation });
      world[tool].onBeforeAnswer = ({ operation: seen }, { committed }) => {
        if (!committed || !new RegExp(operation).test(seen)) return;
        world[tool].onBeforeAnswer = undefined;
        world[tool].faults.add({ kind: "server-error", operation: ".*", times: 0 });
      };
      await world.editHub("title: Story 2", "title: Ours");
      expect((await world.sync()).tools[tool]?.status).toBe("error");
      world[tool].faults.clear();
      const key = await world.key("US-002", tool);
      if (tool === "jira") await world.jira.human({ action: "edit", key, fields: { summary: "Theirs" } });
      else await world.linear.human({ action: "edit", item: key, fields: { title: "Theirs" } });
      await world.sync();
      expect((await world.item("US-002")).fields.title).toBe("Theirs");
      await expectSettled(world);
    },
  );
});

describe("scenario 40: our own write comes back as an edit of nobody", () => {
  it.each([
    ["jira", "PUT issue/"],
    ["linear", "UpdateIssue"],
  ] as const)("%s: a lost answer and a second edit in the hub make no question", async (tool, operation) => {
    const manual = `sync_config: {project_id: "{ID}", tools: {${tool}: {enabled: true, conflict_resolution: manual}}}\n`;
    await start({ syncConfig: manual });
    await world.sync();
    await world.editHub("title: Story 2", "title: Two");
    world[tool].faults.add({ kind: "drop-after", operation });
    world[tool].onBeforeAnswer = async ({ operation: seen }) => {
      if (!new RegExp(operation).test(seen)) return;
      world[tool].onBeforeAnswer = undefined;
      await world.editHub("title: Two", "title: Three");
    };
    const report = await world.sync();
    expect([report.conflicts, (await world.item("US-002")).fields.title]).toEqual([[], "Three"]);
    expect((await titles(tool))[0]).toBe("Three");
    await expectSettled(world);
  });
});

describe("a search index that lags behind our own writes", () => {
  it("shows nothing but the past, and no story goes back to it", async () => {
    const many = Array.from(
      { length: 60 },
      (_, n) => `    - {id: US-${100 + n}, title: Many ${n}, status: in_progress}\n`,
    );
    await start({
      hub: HUB.replace("external_sync:", `${many.join("")}external_sync:`),
      jira: { quirks: { flickeringIndex: false } },
    });
    await world.sync({ yes: true });
    const text = await world.hubText();
    // The index still shows the stories as they were made, before their status was set.
    const lives = [...world.jira.site.issues.values()].flatMap(({ versions }) => {
      const [made] = versions;
      if (!made?.data?.summary.startsWith("Many")) return [];
      const moved = versions.find(({ data }) => data?.statusId !== made.data?.statusId);
      return [{ madeAt: made.at, movedAt: moved?.at ?? Infinity }];
    });
    const firstMoved = Math.min(...lives.map(({ movedAt }) => movedAt));
    const { faults, clock } = world.jira;
    const stopped = { configurable: true, get: () => clock.trueNow() - (firstMoved - 1) };
    Object.defineProperty(faults.conditions, "staleSearchMs", stopped);
    // The fifty that changed last are asked for by id beside the listing; these are not.
    const others = lives.toSorted((one, two) => one.movedAt - two.movedAt).slice(0, -50);
    expect(others.filter(({ madeAt }) => madeAt < firstMoved).length).toBeGreaterThan(5);
    const mark = world.mark();
    await world.sync();
    expect([await world.hubText(), mark.writes()]).toEqual([text, 0]);
    Object.defineProperty(faults.conditions, "staleSearchMs", { value: 0, writable: true });
    await world.sync();
    expect([await world.hubText(), mark.writes()]).toEqual([text, 0]);
    await expectSettled(world);
  });
});

describe("scenario 36: the tool says no for now", () => {
  const rules: readonly Case[] = [
    ["linear", "HTTP 200 with an error, on a create", { kind: "error-in-success", operation: "CreateProject" }],
    ["linear", "HTTP 200 with an error, on a listing", { kind: "error-in-success", operation: "Changes" }],
    ["jira", "502 as HTML, on a listing", { kind: "bad-gateway", operation: "search/jql" }],
    ["jira", "connection refused, on a create", { kind: "drop-before", operation: "POST issue/bulk$" }],
    ["linear", "connection refused, on the first request", { kind: "drop-before", operation: ".*" }],
  ];
  it.each(rules)("%s, %s: done in the same run, no duplicate", async (tool, _, rule) => {
    await start();
    world[tool].faults.add(rule);
    const report = await world.sync();
    expect([report.summary.failed, report.tools[tool]?.error]).toEqual([0, undefined]);
    await expectSettled(world);
  });

  it("429 with Retry-After in mid-batch: waits as long as asked, while the other tool and the hub do not", async () => {
    await start();
    await world.sync();
    await world.writeHub((await world.hubText()).replaceAll("title: Story", "title: Chapter"));
    const item = await world.key("US-006", "linear");
    await world.linear.human({ action: "edit", item, fields: { estimate: 8 } });
    const mark = world.jira.log.total();
    world.jira.faults.add({ kind: "rate-limited", operation: "PUT issue/", nth: 3, retryAfterSeconds: 3 });
    let committed = "";
    world.jira.onArrival = async () => {
      if (world.jira.log.since(mark).some(({ status }) => status === 429)) committed ||= await world.hubText();
    };
    expect((await world.sync({ yes: true })).summary.failed).toBe(0);
    expect(committed).toMatch(/US-006.*estimation: 8/);
    const seen = world.jira.log.since(mark);
    const refused = seen.findIndex(({ status }) => status === 429);
    expect(Date.parse(seen[refused + 1]!.at) - Date.parse(seen[refused]!.at)).toBeGreaterThanOrEqual(2_900);
    // One write an item: nothing that was taken before the wait is sent again after it.
    const taken = seen.filter(({ operation, status }) => operation.startsWith("PUT issue/") && status === 200);
    expect(taken).toHaveLength(6);
    await expectSettled(world);
  });
});

describe("a listing of more pages than a window of the limit has calls", () => {
  it("ends in the run that began it, within the limit", async () => {
    const [limit, seconds] = [12, 3];
    const rows = `{name: requests, limit: ${limit}, per: ${seconds}s, scope: credential}`;
    const registry = UNLIMITED_REGISTRY.replace(/linear: .*/, `linear: {rate_limits: [${rows}]}`);
    await start({
      hub: HUB.replace("jira: {project_key: CHK}, ", ""),
      files: { "registry/tool-registry.yaml": registry },
    });
    for (let n = 0; n < 3_500; n += 1)
      await world.linear.human({ action: "create", team: "PAY", fields: { title: `Another's ${n}` } });
    const report = await world.sync();
    expect(report.tools["linear"]).toMatchObject({ status: "success", operations: 7 });
    const calls = world.linear.log.since(0);
    const pages = calls.filter(({ operation }) => operation === "Changes");
    expect(pages.length).toBeGreaterThan(limit);
    expect(new Set(pages.map(({ body }) => JSON.stringify(body))).size, "pages read twice").toBe(pages.length);
  });
});

describe("a limit in the middle of a create's steps", () => {
  it.each([22, 26])("of %s calls: goes on with what is made, and looks for nothing", async (limit) => {
    const rows = `{name: requests, limit: ${limit}, per: 5s, scope: credential}`;
    const registry = UNLIMITED_REGISTRY.replace(/jira: .*/, `jira: {rate_limits: [${rows}]}`);
    await start({ files: { "registry/tool-registry.yaml": registry } });
    const report = await world.sync();
    expect([report.findings, report.errors, report.tools["jira"]]).toMatchObject([
      [],
      [],
      { status: "success", operations: 7 },
    ]);
    const searches = world.jira.log.since(0).filter(({ operation }) => operation === "POST search/jql");
    expect(searches.filter(({ body }) => JSON.stringify(body).includes("ORDER BY created"))).toEqual([]);
    await expectSettled(world);
  });
});

describe("scenario 38: a credential is revoked in mid-run", () => {
  it.each([
    ["jira", "POST issue/bulk"],
    ["linear", "CreateProject"],
  ] as const)("%s: what was taken before is kept, the other tool is done, and it heals", async (tool, operation) => {
    await start();
    world[tool].onBeforeAnswer = (request) => {
      if (request.operation === operation) world[tool].faults.conditions.authRevoked = true;
    };
    const report = await world.sync();
    expect(report.tools[tool]).toMatchObject({
      status: "error",
      error: expect.stringMatching(/^Authentication failed/),
    });
    expect(report.tools[otherOf(tool)]).toMatchObject({ status: "success", operations: 7 });
    const asked = world[tool].log.total();
    await world.sync();
    // Nobody hammers on a closed door: one request says that it is still closed.
    expect(world[tool].log.total() - asked).toBe(1);
    world[tool].onBeforeAnswer = undefined;
    world[tool].faults.conditions.authRevoked = false;
    expect((await world.sync()).outcome).toBe("success");
    await expectSettled(world);
  });
});

describe("scenario 39: a tool that is down", () => {
  it("is not asked for ever, and both sides' edits meet when it is back", async () => {
    await start();
    await world.sync();
    const key = await world.key("US-001", "jira");
    await world.jira.human({ action: "edit", key, fields: { summary: "Written before the outage" } });
    world.jira.faults.add({ kind: "bad-gateway", operation: ".*", times: 0 });
    await world.editHub("title: Story 1, status: in_progress", "title: Story 1, status: in_review");
    const asked = world.jira.log.total();
    const report = await world.sync();
    expect(report.tools).toMatchObject({ jira: { status: "error" }, linear: { status: "success", operations: 1 } });
    expect(world.jira.log.total() - asked).toBeLessThanOrEqual(4);
    world.jira.faults.clear();
    await world.sync();
    const { title, status } = (await world.item("US-001")).fields;
    expect([title, status]).toEqual(["Written before the outage", "in_review"]);
    await expectSettled(world);
  });
});
