import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleWorkflows } from "../../src/temporal/workflow-bundle.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sdlc-bundles-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(["index", "routed"] as const)(
  "the workflows are bundled whole (%s), and nothing is printed between",
  async (entry) => {
    const { code } = await bundleWorkflows(entry, folder);
    for (const name of ["portfolioSync", "batchSync", "projectSync", "conflictResolution", "connectionWatch"])
      expect(code).toContain(name);
    expect(() => new Script(code)).not.toThrow();
  },
);

test("a bundle of the same sources is kept for the next process, one of each entry", async () => {
  const kept = (await readdir(join(folder, "workflows"))).toSorted();
  expect(kept).toEqual([expect.stringMatching(/^index-[0-9a-f]{16}\.js$/), expect.stringMatching(/^routed-/)]);
  await writeFile(join(folder, "workflows", kept[0]!), "kept");
  expect(await bundleWorkflows("index", folder)).toEqual({ code: "kept" });
  // What a full disk or a power failure left behind is no bundle.
  await writeFile(join(folder, "workflows", kept[0]!), "");
  expect((await bundleWorkflows("index", folder)).code).toContain("projectSync");
});

test("a folder that cannot be written to costs no more than the time", async () => {
  await writeFile(join(folder, "a file"), "");
  expect((await bundleWorkflows("index", join(folder, "a file"))).code).toContain("projectSync");
});
