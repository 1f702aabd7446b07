import { afterEach, beforeEach, expect, it } from "vitest";
import { entriesOf, saveEntries, type PortfolioEntry } from "../../activities/portfolio-entries.ts";
import type { Engine } from "../../activities/engine.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { mapsOf } from "../support/maps.ts";

const NOW = Date.parse("2026-11-20T10:00:00.000Z");
const PEOPLE = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`person ${n}`, `person${n}@example.com`]));

let store: Store;
let engine: Engine;
beforeEach(async () => {
  store = await openStore({ url: "sqlite::memory:" });
  engine = { store, now: () => NOW } as Engine;
});
afterEach(() => store.close());

function entry(project: string, people: Readonly<Record<string, string>>): PortfolioEntry {
  const binding = {
    project,
    tool: "jira",
    container: { project_key: project },
    tasks: false,
    maps: mapsOf("jira"),
    mapping: {},
    people,
  };
  const tool = { tool: "jira", client: "", binding, connection: {}, rateLimits: [], urgent: false, account: "jira/1" };
  return { project, pmePriority: "P1", isAsked: true, savedAt: "", isChanged: true, isDue: true, tools: [tool] };
}

it("gives back what was saved, each project with its own client's people", async () => {
  const entries = [entry("A", PEOPLE), entry("B", { ana: "ana@example.com" }), entry("C", PEOPLE)];
  await saveEntries(engine, "manual", entries);
  expect(await entriesOf(engine, "manual")).toEqual(entries);
  await saveEntries(engine, "empty", []);
  expect(await entriesOf(engine, "empty")).toEqual([]);
});

it("is no empty portfolio where its list is lost, or a part of it", async () => {
  await expect(entriesOf(engine, "other")).rejects.toThrow("other has no stored list of projects");
  await saveEntries(engine, "manual", [entry("A", PEOPLE)]);
  await store.dropCached("interned");
  // As another process sees it: it holds nothing in memory.
  const elsewhere = { ...engine, store: { ...store } };
  await expect(entriesOf(elsewhere, "manual")).rejects.toThrow("manual has no stored list of projects");
});

it("stores the people of a client once, however many projects it has", async () => {
  const sizeOf = async (count: number): Promise<number> => {
    await saveEntries(
      engine,
      "manual",
      Array.from({ length: count }, (_, n) => entry(`P${n}`, PEOPLE)),
    );
    return JSON.stringify(await store.cached("entries/manual", NOW)).length;
  };
  const [one, hundred] = [await sizeOf(1), await sizeOf(100)];
  expect(hundred - one).toBeLessThan(99 * 500);
});
