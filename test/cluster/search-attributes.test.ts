import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureSearchAttributes } from "../../src/temporal/search-attributes.ts";
import { SYNC_TRIGGER } from "../../workflows/messages.ts";
import { clusterMiss, startCluster, type TemporalCluster } from "./temporal-cluster.ts";

const BUILD_MS = 600_000;

const miss = await clusterMiss();
let cluster: TemporalCluster;
let connection: Connection;

describe.skipIf(miss !== null)(`a fresh namespace of a cluster${miss === null ? "" : ` (skipped: ${miss})`}`, () => {
  beforeAll(async () => {
    cluster = await startCluster();
    connection = await Connection.connect({ address: cluster.address });
  }, BUILD_MS);
  afterAll(async () => {
    await connection?.close();
    await cluster?.close();
  });

  // A server lists them as soon as they are registered, and refuses them until it has looked for what is new.
  it("takes a run as soon as its search attributes are said to be there", async () => {
    await ensureSearchAttributes(connection, "default");
    const run = await new Client({ connection }).workflow.start("any", {
      workflowId: "first",
      taskQueue: "nobody",
      typedSearchAttributes: [{ key: SYNC_TRIGGER, value: "test" }],
    });
    expect((await run.describe()).typedSearchAttributes.get(SYNC_TRIGGER)).toBe("test");
  });
});
