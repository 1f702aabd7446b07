/**
 * Every kept history goes through today's workflows: a change that could break a run which is open somewhere,
 * or a question that has waited for weeks, fails here first.
 */
import { readdir, readFile } from "node:fs/promises";
import { temporal } from "@temporalio/proto";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { workflowBundle } from "../support/temporal.ts";

const folder = new URL("histories/", import.meta.url);
const files = await readdir(folder);

/** In the JSON of the messages' own classes. */
interface Kept {
  readonly workflowId: string;
  readonly history: Readonly<Record<string, unknown>>;
}

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
});

async function keptIn(file: string): Promise<Kept> {
  return JSON.parse(await readFile(new URL(file, folder), "utf8")) as Kept;
}

async function replayError({ workflowId, history }: Kept): Promise<string | undefined> {
  const message = temporal.api.history.v1.History.fromObject(history);
  const options = { workflowBundle: await workflowBundle() };
  const results = Worker.runReplayHistories(options, [{ workflowId, history: message }]);
  for await (const { error } of results) return error?.message;
  throw new Error("nothing was replayed");
}

describe("histories recorded by earlier workflows", () => {
  it.each(files)("%s is what today's workflow would do", async (file) => {
    expect(await replayError(await keptIn(file))).toBeUndefined();
  });

  it("cover every workflow, and every way through that is worth keeping", () => {
    expect(files.map((file) => file.replace(".json", "")).toSorted()).toEqual([
      "batch",
      "conflict",
      "connection",
      "portfolio",
      "project-broken",
      "project-changed",
      "project-conflict",
      "project-continued-as-new",
      "project-followed-up",
      "project-joined-and-cancelled",
      "project-quiet",
      "project-rate-limited",
      "project-refused-credential",
      "project-waited-for",
    ]);
  });

  it("are refused where a step of theirs is another one now", async () => {
    const kept = await keptIn("project-changed.json");
    const text = JSON.stringify(kept.history).replaceAll('"name":"commit"', '"name":"commit-as-it-was"');
    const changed = { ...kept, history: JSON.parse(text) as Kept["history"] };
    expect(await replayError(changed)).toContain("TMPRL1100");
  });
});
