import { afterEach, describe, expect, it } from "vitest";
import type { SchemaScope } from "../../../src/connectors/contract.ts";
import { twinIn } from "../requests.ts";
import { ownersBy } from "../stream-owners.ts";
import { connector, REPOSITORY, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

const list = (cursor: string | null) => connector.changes(bench.scope, { cursor, recheck: [] });
const titles = (items: readonly { fields: { title?: unknown } }[]) => items.map(({ fields }) => fields.title);
const create = (title: string, repository = REPOSITORY) => bench.act("create", { repository, fields: { title } });
const NO_LIMITS = { contentLimit: false, pointsLimit: false };

describe("describing a repository", () => {
  it("finds people by the address they show, and without it where the token may not see any", async () => {
    bench = await startBench();
    expect(bench.lens("story", "assignee").write("ada@example.com")).toEqual({ kind: "value", value: "ada" });
    bench.sandbox.host.scopes = ["repo"];
    const scope = await bench.bound();
    const lens = connector.lenses(scope.binding, scope.schema)("story", "assignee");
    expect(lens?.write("ada@example.com").kind).toBe("cannot");
    expect(["ada", "Ada Lovelace"].map((name) => lens?.write(name))).toEqual([
      { kind: "value", value: "ada" },
      { kind: "value", value: "ada" },
    ]);
    expect(lens?.write("Sam Lee")).toMatchObject({ kind: "cannot", code: "ambiguous-person" });
    expect(lens?.read("ada")).toMatchObject({ kind: "none", code: "hidden-email" });
  });

  it("reads all people where they fill several pages", async () => {
    const users = Array.from({ length: 230 }, (_, n) => ({ login: `user-${n}` }));
    bench = await startBench({ users });
    expect(bench.lens("story", "assignee").write("user-229")).toEqual({ kind: "value", value: "user-229" });
  });

  it("names the remedy where the repository is archived, has no issues, or is not to be seen", async () => {
    bench = await startBench();
    await bench.act("archiveRepository", {});
    await expect(bench.bound()).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringMatching(/archived.*unarchive it/),
    });
    await bench.act("archiveRepository", { archived: false });
    await bench.act("switchIssues", { enabled: false });
    await expect(bench.bound()).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringMatching(/switch them on/),
    });
    await bench.act("permit", { permission: "none" });
    await expect(bench.bound()).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringMatching(/external_sync\.github\.repository/),
    });
    const container = { repository: "checkout" };
    await expect(bench.bound({ container })).rejects.toMatchObject({
      code: "InvalidConfig",
      message: expect.stringMatching(/owner\/name/),
    });
  });

  it("takes an address for a name, and an old name for the repository", async () => {
    bench = await startBench();
    await bench.act("renameRepository", { name: "shop" });
    const containers = ["https://github.com/acme/checkout.git", "ACME/Shop", "acme/checkout"];
    for (const repository of containers) {
      const { schema } = await bench.bound({ container: { repository } });
      expect(schema["repository"]).toMatchObject({ fullName: "acme/shop" });
    }
  });
});

describe("a listing", () => {
  it("costs nothing while nothing changes, and sees an edit of the same second", async () => {
    bench = await startBench();
    const issue = await create("One");
    let { cursor } = await list(null);
    ({ cursor } = await list(cursor));
    const used = bench.sandbox.limits.used("core");
    const { items, cursor: same } = await list(cursor);
    expect([items, same]).toEqual([[], cursor]);
    expect(bench.sandbox.log.all().at(-1)).toMatchObject({ status: 304 });
    expect(bench.sandbox.limits.used("core")).toBe(used);
    await bench.act("edit", { issue, fields: { title: "One, edited" } });
    const next = await list(cursor);
    expect(titles(next.items)).toEqual(["One, edited"]);
    expect((await list(next.cursor)).items).toEqual([]);
  });

  it("never tells pull requests, though they share pages, numbers and labels", async () => {
    bench = await startBench({ quirks: NO_LIMITS });
    for (let n = 0; n < 101; n += 1) await bench.act("openPullRequest", { fields: { title: `Pull ${n}` } });
    const issue = await create("The issue");
    const { items } = await list(null);
    expect(items.map(({ ref, key }) => [ref, key])).toEqual([[issue, `${REPOSITORY}#102`]]);
    expect(await connector.read(bench.scope, [`${REPOSITORY}#1`])).toEqual({ items: [], gone: [`${REPOSITORY}#1`] });
  });

  it("misses no row where one moves to the end while the pages are read", async () => {
    bench = await startBench({ quirks: NO_LIMITS });
    const refs: string[] = [];
    for (let n = 0; n < 250; n += 1) {
      bench.sandbox.clock.advance(1000);
      refs.push(await create(`Issue ${n}`));
    }
    let pages = 0;
    bench.sandbox.onBeforeAnswer = async () => {
      pages += 1;
      // Page numbers would now skip the row that takes the place of this one.
      if (pages === 1) await bench.act("edit", { issue: refs[0], fields: { title: "Moved to the end" } });
    };
    const { items } = await list(null);
    expect(new Set(items.map(({ ref }) => ref))).toEqual(new Set(refs));
    expect(titles(items)).toContain("Moved to the end");
    const paths = bench.sandbox.log.all().filter(({ operation }) => operation === "GET issues");
    expect(paths.slice(1).every(({ path }) => path.includes("since=") && !path.includes("&page="))).toBe(true);
  });

  it("goes on by number through rows of one second", async () => {
    bench = await startBench({ quirks: NO_LIMITS });
    for (let n = 0; n < 320; n += 1) await create(`Issue ${n}`);
    const { items, cursor } = await list(null);
    expect(items).toHaveLength(320);
    expect((await list(cursor)).items).toEqual([]);
  });

  it("follows a repository that was renamed since it was described", async () => {
    bench = await startBench();
    const { cursor } = await list(null);
    await create("Before");
    await bench.act("renameRepository", { name: "shop" });
    const { items } = await list(cursor);
    expect(items.map(({ key }) => key)).toEqual(["acme/shop#1"]);
    expect(bench.sandbox.log.all().map(({ status }) => status)).toContain(301);
  });

  it("begins anew with a cursor of another version", async () => {
    bench = await startBench();
    await create("One");
    expect(titles((await list("{}")).items)).toEqual(["One"]);
    expect(titles((await list("nonsense")).items)).toEqual(["One"]);
  });
});

describe("a read by ref", () => {
  it("takes keys, numbers and addresses, and says under which it was found", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "Named" });
    for (const name of [twin.ref, twin.key, "#1", "ACME/Checkout#1", twin.url]) {
      const { items, gone } = await connector.read(bench.scope, [name]);
      expect([items.map(({ ref }) => ref), gone], name).toEqual([[twin.ref], []]);
      expect([items[0]?.key.toLowerCase(), ...(items[0]?.aliases ?? [])]).toContain(
        name === twin.ref ? twin.key : name === twin.url || name === "#1" ? name : name.toLowerCase(),
      );
    }
  });

  it("calls gone what was deleted or transferred, and nothing where the repository itself is not seen", async () => {
    bench = await startBench({ repositories: [{ name: REPOSITORY }, { name: "acme/billing" }] });
    const [kept, deleted, moved] = [await create("Kept"), await create("Deleted"), await create("Moved")];
    await bench.act("delete", { issue: deleted });
    await bench.act("transfer", { issue: moved, repository: "acme/billing" });
    const { items, gone } = await connector.read(bench.scope, [kept, deleted, moved, "not-an-id"]);
    expect([titles(items), gone]).toEqual([["Kept"], [deleted, moved, "not-an-id"]]);
    expect(await connector.read(bench.scope, ["acme/billing#1"])).toMatchObject({ items: [{ key: "acme/billing#1" }] });
    await bench.act("permit", { repository: REPOSITORY, permission: "none" });
    await expect(connector.read(bench.scope, [kept])).rejects.toMatchObject({ code: "NotFound" });
    await bench.act("permit", { repository: REPOSITORY, permission: "write" });
  });

  it("reads two hundred and fifty in three requests", async () => {
    bench = await startBench({ quirks: NO_LIMITS });
    const refs: string[] = [];
    for (let n = 0; n < 250; n += 1) refs.push(await create(`Issue ${n}`));
    const mark = bench.sandbox.log.total();
    expect((await connector.read(bench.scope, refs)).items).toHaveLength(250);
    expect(bench.sandbox.log.total() - mark).toBe(3);
  });
});

describe("a stream", () => {
  const since = "2026-11-20T10:00:00.000Z";

  async function started(count: number): Promise<SchemaScope[]> {
    const names = Array.from({ length: count }, (_, n) => `acme/repo-${n}`);
    bench = await startBench({
      repositories: names.map((name) => ({ name })),
      container: { repository: "acme/repo-0" },
      quirks: NO_LIMITS,
    });
    const bound = (repository: string, n: number) => bench.bound({ project: `P-${n}`, container: { repository } });
    return Promise.all(names.map(bound));
  }
  /** Every issue belongs to the project of its repository. */
  const streamed = async (scopes: readonly SchemaScope[], cursor: string | null) => {
    const { host } = bench.sandbox;
    const owners = ownersBy((ref) => {
      const node = host.node(ref);
      const place = node && !("owner" in node) ? host.fullName(host.repository(node.repositoryId)) : "";
      return scopes.filter(({ binding }) => binding.container["repository"] === place);
    });
    const answer = await connector.stream(scopes, { cursor, since, owners });
    return {
      told: Object.fromEntries([...answer.items].map(([key, items]) => [key, titles(items)])),
      cursor: answer.cursor,
    };
  };

  it("asks for fifty repositories a request, and tells each project its own", async () => {
    const scopes = await started(60);
    await create("In the first", "acme/repo-0");
    await create("In the last", "acme/repo-59");
    const mark = bench.sandbox.log.total();
    const first = await streamed(scopes, null);
    expect(first.told).toEqual({ "P-0": ["In the first"], "P-59": ["In the last"] });
    expect(bench.sandbox.log.total() - mark).toBe(2);
    expect((await streamed(scopes, first.cursor)).told).toEqual({});
  });

  it("costs ten points for fifty repositories in which nothing happens", async () => {
    const scopes = await started(50);
    const used = bench.sandbox.limits.used("graphql");
    await streamed(scopes, null);
    expect(bench.sandbox.limits.used("graphql") - used).toBe(11);
  });

  it("goes on where a repository that was not to be seen for a while had stood", async () => {
    const scopes = await started(2);
    const first = await streamed(scopes, null);
    await bench.act("permit", { repository: "acme/repo-1", permission: "none" });
    bench.sandbox.clock.advance(60_000);
    await create("Seen", "acme/repo-0");
    await create("Hidden", "acme/repo-1");
    const second = await streamed(scopes, first.cursor);
    expect(second.told).toEqual({ "P-0": ["Seen"] });
    bench.sandbox.clock.advance(7_200_000);
    await streamed(scopes, second.cursor);
    await bench.act("permit", { repository: "acme/repo-1", permission: "write" });
    await bench.act("renameRepository", { repository: "acme/repo-1", name: "renamed" });
    const owners = ownersBy(() => [scopes[1] as SchemaScope]);
    const { items } = await connector.stream(scopes, { cursor: second.cursor, since, owners });
    expect(titles(items.get("P-1") ?? [])).toEqual(["Hidden"]);
  });

  it("tells the others their own where an organization asks for single sign-on again", async () => {
    const scopes = await started(2);
    const first = await streamed(scopes, null);
    await bench.act("permit", { repository: "acme/repo-1", permission: "sso" });
    await create("Seen", "acme/repo-0");
    const hidden = await create("Hidden", "acme/repo-1");
    const second = await streamed(scopes, first.cursor);
    expect(second.told).toEqual({ "P-0": ["Seen"] });
    const [, protectedScope] = scopes as [SchemaScope, SchemaScope];
    const sso = { code: "Forbidden" };
    await expect(connector.read(protectedScope, [hidden])).rejects.toMatchObject(sso);
    await expect(connector.changes(protectedScope, { cursor: null, recheck: [] })).rejects.toMatchObject({
      ...sso,
      message: expect.stringContaining("Configure SSO"),
    });
    await bench.act("permit", { repository: "acme/repo-1", permission: "write" });
    expect((await streamed(scopes, second.cursor)).told).toEqual({ "P-1": ["Hidden"] });
  });

  it("asks for half as much where a query took too long, and gives up where it is no less for that", async () => {
    const scopes = await started(4);
    await create("In the first", "acme/repo-0");
    await create("In the last", "acme/repo-3");
    bench.sandbox.faults.add({ kind: "bad-gateway", operation: "Stream" });
    const mark = bench.sandbox.log.total();
    expect((await streamed(scopes, null)).told).toEqual({ "P-0": ["In the first"], "P-3": ["In the last"] });
    expect(bench.sandbox.log.total() - mark).toBe(3);
    bench.sandbox.faults.add({ kind: "error-in-success", operation: "Stream", times: 0 });
    await expect(streamed(scopes, null)).rejects.toMatchObject({ code: "Unavailable" });
    expect(bench.sandbox.log.total() - mark).toBe(6);
  });

  it("reads on where one repository has more than a page", async () => {
    const scopes = await started(2);
    for (let n = 0; n < 75; n += 1) await create(`Issue ${n}`, "acme/repo-1");
    const mark = bench.sandbox.log.total();
    expect((await streamed(scopes, null)).told["P-1"]).toHaveLength(75);
    expect(bench.sandbox.log.total() - mark).toBe(3);
  });
});

describe("history", () => {
  it("tells by whom and when a field last changed, and what a title was", async () => {
    bench = await startBench({
      mapping: { fields: { status: "labels", sprint: "milestone" } },
      repositories: [{ name: REPOSITORY, milestones: [{ title: "Sprint 1" }] }],
    });
    const epic = await bench.createOne("E-1", { title: "Epic" }, "epic");
    const { ref } = await bench.createOne("US-1", { title: "First", description: "Text", labels: ["a"] });
    const at: string[] = [];
    const later = async (action: string, more: object) => {
      bench.sandbox.clock.advance(60_000);
      at.push(new Date(bench.sandbox.clock.now()).toISOString());
      await bench.act(action, { issue: ref, by: "ada", ...more });
    };
    await later("edit", { fields: { title: "Second" } });
    await later("edit", { fields: { body: "Other text" } });
    await later("label", { label: "status:blocked" });
    await later("edit", { fields: { assignees: ["sam-a"] } });
    await later("edit", { fields: { milestone: "Sprint 1" } });
    await later("move", { parent: epic.ref });
    await later("comment", {});
    const fields = ["title", "description", "status", "assignee", "sprint", "parent", "labels", "priority"] as const;
    const times = await connector.history(bench.scope, [ref], fields);
    expect(times.map(({ field, stamp, replaced }) => [field, stamp.at, stamp.by, replaced])).toEqual([
      ["title", at[0], "ada", ["First"]],
      ["description", at[1], "ada", undefined],
      ["status", at[2], "ada", undefined],
      ["assignee", at[3], "ada", undefined],
      ["sprint", at[4], "ada", undefined],
      ["parent", at[5], "ada", undefined],
      ["labels", "2026-11-20T10:00:00.000Z", "acme-sync", undefined],
    ]);
    expect(await connector.history(bench.scope, [ref], ["branch"])).toEqual([]);
  });
});

it("sets and reads what an organization keeps in issue fields", async () => {
  const fields = [
    { name: "Priority", kind: "single_select", options: ["Urgent", "High", "Medium", "Low"] },
    { name: "Story points", kind: "number", options: [] },
    { name: "Stage", kind: "single_select", options: ["Ready", "In progress", "In review", "Parked"] },
  ] as const;
  bench = await startBench({ repositories: [{ name: REPOSITORY, fields }], mapping: { fields: { status: "Stage" } } });
  const wanted = { title: "Fields", priority: "High", estimate: 2.5, status: "open:In review" };
  const twin = await bench.createOne("US-1", wanted);
  expect(twin.fields).toMatchObject(wanted);
  expect((await bench.readOne(twin.ref)).fields).toEqual(twin.fields);
  expect((await list(null)).items[0]?.fields).toEqual(twin.fields);
  expect(bench.lens("story", "status").read("open:In review")).toEqual({ kind: "value", value: "in_review" });
  expect(bench.lens("story", "priority").read("Urgent")).toEqual({ kind: "value", value: "P1" });
  await bench.act("edit", { issue: twin.ref, fields: { values: { Stage: "Parked", Priority: "Low" } } });
  const { status, priority } = (await bench.readOne(twin.ref)).fields;
  expect(bench.lens("story", "status").read(status ?? null)).toMatchObject({ kind: "none", code: "unmapped-status" });
  expect(bench.lens("story", "priority").read(priority ?? null)).toEqual({ kind: "value", value: "P3" });
  const owners = ownersBy(() => [bench.scope]);
  const { items } = await connector.stream([bench.scope], { cursor: null, since: "2026-11-20T10:00:00Z", owners });
  expect(items.get("PROJ-2026-014")?.[0]?.fields).toMatchObject({ priority: "Low", estimate: 2.5 });
  const cleared = await bench.updateOne(twin, { priority: null, estimate: null });
  expect(cleared).toMatchObject({ refused: {}, twin: { fields: { priority: null, estimate: null } } });
  expect((await bench.readOne(twin.ref)).fields).toMatchObject({ priority: null, estimate: null });
  const both = await bench.updateOne(twin, { title: "Bare", status: "open" });
  expect(both).toMatchObject({ refused: {}, twin: { fields: { title: "Bare", status: "open" } } });
  expect(twinIn(await bench.updateOne(twin, { status: "closed:completed" })).fields.status).toBe("closed:completed");
});
