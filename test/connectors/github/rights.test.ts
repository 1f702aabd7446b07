import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSyncFailure } from "../../../src/core/errors.ts";
import { connector, REPOSITORY, startBench, type Bench } from "./bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());
const permit = (permission: string) => bench.act("permit", { repository: REPOSITORY, permission });
const rights = async (): Promise<string[]> => (await connector.rights(bench.scope)).map(({ right }) => right);

describe("the rights of the account in a repository", () => {
  it.each([
    ["write", []],
    ["triage", ["label"]],
    ["read", ["edit", "transition", "label"]],
  ])("whose role is %s", async (permission, missing) => {
    await permit(permission);
    expect(await rights()).toEqual(missing);
  });

  it("are what its writes lack", async () => {
    const issue = await bench.act("create", { repository: REPOSITORY, fields: { title: "Of a person" } });
    await permit("read");
    const twin = await bench.createOne("US-1", { title: "Without labels", labels: ["beta"] });
    expect(twin.fields.labels).toEqual([]);
    const edit = { id: "u", item: "US-2", type: "story", ref: issue, fields: { title: "Other" } } as const;
    expect(isSyncFailure(await bench.update([edit]).catch((error: unknown) => error), "Forbidden")).toBe(true);
  });
});
