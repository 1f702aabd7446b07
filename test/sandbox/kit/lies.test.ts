import { Hono } from "hono";
import { afterEach, describe, expect, it } from "vitest";
import type { FaultKind } from "../../../sandbox/kit/faults.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/kit/sandbox.ts";

const RATES = {
  "X-RateLimit-Limit": "100",
  "X-RateLimit-Remaining": "7",
  "X-RateLimit-Reset": "1",
  "Retry-After": "3",
};

let sandbox: Sandbox;
afterEach(() => sandbox.close());

async function told(path: string, kind: FaultKind): Promise<Response> {
  const app = new Hono();
  app.get("/rest", (c) => c.json({ issues: [1, 2, 3, 4], isLast: true }, 200, RATES));
  app.get("/bare", (c) => c.json([1, 2, 3, 4]));
  app.get("/deep", (c) => c.json({ data: { r0: { issues: { nodes: [1, 2] } } } }));
  app.get("/list", (c) => c.json({ object: "list", results: [1, 2, 3], has_more: false }));
  app.get("/graph", (c) => c.json({ data: { issues: { nodes: [{ labels: { nodes: [1, 2] } }, 2] }, viewer: null } }));
  sandbox = await startSandbox({ name: "liar", app });
  sandbox.faults.add({ kind });
  return fetch(`${sandbox.url}${path}`);
}

describe("a stand-in that lies", () => {
  it("keeps half of a listing, or all of it, to itself", async () => {
    expect(await (await told("/rest", "short-listing")).json()).toEqual({ issues: [1, 2], isLast: true });
    // The next one is true again, and what was asked stands in the log as it is.
    expect(await (await fetch(`${sandbox.url}/rest`)).json()).toMatchObject({ issues: [1, 2, 3, 4] });
    await sandbox.close();
    expect(await (await told("/rest", "empty-listing")).json()).toEqual({ issues: [], isLast: true });
    await sandbox.close();
    const list = { object: "list", results: [1], has_more: false };
    expect(await (await told("/list", "short-listing")).json()).toEqual(list);
    await sandbox.close();
    const graph = { data: { issues: { nodes: [{ labels: { nodes: [1, 2] } }] }, viewer: null } };
    expect(await (await told("/graph", "short-listing")).json()).toEqual(graph);
  });

  it("knows rows without a name, and connections below others", async () => {
    expect(await (await told("/bare", "short-listing")).json()).toEqual([1, 2]);
    await sandbox.close();
    expect(await (await told("/deep", "short-listing")).json()).toEqual({ data: { r0: { issues: { nodes: [1] } } } });
  });

  it("says nothing about limits, or what nobody can believe", async () => {
    const named = ({ headers }: Response) =>
      ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"].map((name) =>
        headers.get(name),
      );
    expect(named(await told("/rest", "no-rate-headers"))).toEqual([null, null, null, null]);
    expect(named(await fetch(`${sandbox.url}/rest`))).toEqual(["100", "7", "1", "3"]);
    await sandbox.close();
    expect(named(await told("/rest", "wrong-rate-headers"))).toEqual(["1000000000", "1000000000", "soon", "soon"]);
  });

  it("counts how often each fault hit, also of those that are over", async () => {
    await told("/rest", "empty-listing");
    await fetch(`${sandbox.url}/rest`);
    sandbox.faults.clear();
    expect([...sandbox.faults.hits]).toEqual([["empty-listing", 1]]);
  });
});
