import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { withMemory } from "../../src/store/preview-store.ts";
import type { Store } from "../../src/store/store.ts";
import { linkOf, twinOf } from "./samples.ts";

let store: Store;
beforeAll(async () => {
  store = await openStore({ url: "sqlite::memory:" });
  await store.saveChanges("P", "jira", [twinOf("1"), twinOf("2")], "c1");
  await store.adopt("P", linkOf("S-1", "1"), twinOf("1"));
  await store.cache("schema", "old", 1_000);
});
afterAll(() => store.close());

test("a look sees what it learned over what is stored, and leaves no trace", async () => {
  const before = await store.projectState("P");
  const preview = withMemory(store);
  await preview.saveChanges("P", "jira", [twinOf("1", { key: "NEW-1" }), twinOf("3")], "c2");
  await preview.saveChanges("P", "linear", [twinOf("L1")], "l1");
  await preview.markGone("P", "jira", ["2", "3", "unknown"]);
  await preview.adopt("P", linkOf("S-3", "3"), twinOf("3", { state: "gone" }));
  const seen = await preview.projectState("P");
  expect(seen.mirror).toEqual({
    jira: {
      "1": twinOf("1", { key: "NEW-1" }),
      "2": twinOf("2", { state: "gone" }),
      "3": twinOf("3", { state: "gone" }),
    },
    linear: { L1: twinOf("L1") },
  });
  expect(seen.links).toEqual([linkOf("S-1", "1"), linkOf("S-3", "3")]);
  expect(await store.projectState("P")).toEqual(before);
  expect([await store.cursor("P", "jira"), await store.cursor("P", "linear")]).toEqual(["c1", null]);
});

test("its notes stand over the stored ones, and are forgotten with it", async () => {
  const preview = withMemory(store);
  expect(await preview.cached("schema", 0)).toBe("old");
  await preview.cache("schema", "new", 1_000);
  expect(await preview.cached("schema", 0)).toBe("new");
  await preview.dropCached("schema");
  expect(await preview.cached("schema", 0)).toBeNull();
  expect([await store.cached("schema", 0), await withMemory(store).cached("schema", 0)]).toEqual(["old", "old"]);
});

test("a note that is dropped takes those below it along, the stored ones and its own", async () => {
  await store.cache("shared/acc/users", "stored", 1_000);
  await store.cache("shared/account", "another", 1_000);
  const preview = withMemory(store);
  await preview.cache("shared/acc/fields", "own", 1_000);
  await preview.dropCached("shared/acc");
  expect(await preview.cached("shared/acc/users", 0)).toBeNull();
  expect(await preview.cached("shared/acc/fields", 0)).toBeNull();
  expect(await preview.cached("shared/account", 0)).toBe("another");
  await preview.cache("shared/acc/users", "anew", 1_000);
  expect(await preview.cached("shared/acc/users", 0)).toBe("anew");
  expect(await store.cached("shared/acc/users", 0)).toBe("stored");
});

test("it spends no budget of the store", async () => {
  const preview = withMemory(store);
  const limit = { key: "acc/requests", limit: 1, periodMs: 1_000, burst: 1, cost: 1 };
  for (let n = 0; n < 3; n += 1) expect(await preview.reserve([limit], 0)).toBe(0);
  await preview.block(limit.key, 1_000);
  await preview.correct(limit, 0, 0);
  expect(await store.reserve([limit], 0)).toBe(0);
});

test("what would write, or look further, is refused", () => {
  const preview = withMemory(store);
  for (const name of ["storeIntents", "acknowledge", "commitHub", "recordDecisions", "startRun", "consent"] as const)
    expect(() => preview[name], name).toThrow(/a preview must not call/);
});
