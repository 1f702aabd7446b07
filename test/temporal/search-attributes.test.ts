import { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureSearchAttributes, SEARCH_ATTRIBUTES } from "../../src/temporal/search-attributes.ts";
import { SYNC_TRIGGER } from "../../workflows/messages.ts";
import { temporalCli } from "../support/temporal.ts";

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  const executable = { type: "existing-path" as const, path: await temporalCli() };
  env = await TestWorkflowEnvironment.createLocal({ server: { executable } });
});
afterAll(() => env.teardown());

it("registers what a fresh Temporal lacks, and nothing twice", async () => {
  const connection = env.connection as Parameters<typeof ensureSearchAttributes>[0];
  const known = async () =>
    Object.keys(
      (await connection.operatorService.listSearchAttributes({ namespace: "default" })).customAttributes ?? {},
    );
  const names = SEARCH_ATTRIBUTES.map(({ name }) => name);
  expect((await known()).filter((name) => names.includes(name))).toEqual([]);
  // As workers do that are started together.
  await Promise.all([1, 2, 3].map(() => ensureSearchAttributes(connection, "default")));
  expect(await known()).toEqual(expect.arrayContaining(names));
  await env.client.workflow.start("any", {
    workflowId: "first",
    taskQueue: "nobody",
    typedSearchAttributes: [{ key: SYNC_TRIGGER, value: "test" }],
  });
  await ensureSearchAttributes(connection, "default");
});
