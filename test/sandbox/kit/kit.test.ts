import { Hono } from "hono";
import { afterEach, describe, expect, it } from "vitest";
import { Clock } from "../../../sandbox/kit/clock.ts";
import type { FaultRule } from "../../../sandbox/kit/faults.ts";
import { startSandbox, type Handled, type Sandbox } from "../../../sandbox/kit/sandbox.ts";

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

async function counterSandbox(): Promise<{ sandbox: Sandbox; count: () => number }> {
  let count = 0;
  const app = new Hono();
  app.post("/count", (c) => c.json({ count: ++count }));
  app.get("/count", (c) => c.json({ count }));
  app.delete("/count", () => new Response(null, { status: 204 }));
  sandbox = await startSandbox({
    name: "counter",
    app,
    clock: new Clock(() => Date.parse("2026-11-20T10:00:00Z")),
    human: (action) => ({ did: action.action, by: action["who"] }),
  });
  return { sandbox, count: () => count };
}

const post = (url: string): Promise<Response> =>
  fetch(`${url}/count`, { method: "POST", headers: { authorization: "Basic c2VjcmV0" }, body: "{}" });

async function faulted(rule: FaultRule): Promise<{ outcome: number | "dropped"; count: number; text: string }> {
  const { sandbox: box, count } = await counterSandbox();
  box.faults.add(rule);
  try {
    const answer = await post(box.url);
    return { outcome: answer.status, count: count(), text: await answer.text() };
  } catch {
    return { outcome: "dropped", count: count(), text: "" };
  }
}

describe("the stand-ins' kit", () => {
  it("records requests without credentials and counts writes", async () => {
    const { sandbox: box } = await counterSandbox();
    await post(box.url);
    await fetch(`${box.url}/count?x=1`);
    expect(box.log.writes()).toBe(1);
    expect(box.log.all()).toMatchObject([
      { method: "POST", path: "/count", status: 200, answer: '{"count":1}', body: "{}" },
      { method: "GET", path: "/count?x=1", write: false },
    ]);
    expect(JSON.stringify(box.log.all())).not.toContain("c2VjcmV0");
    expect(box.log.count("POST /count")).toBe(1);
    expect(box.log.since(1)).toHaveLength(1);
  });

  it.each<[FaultRule["kind"], number | "dropped", number]>([
    ["drop-before", "dropped", 0],
    ["drop-after", "dropped", 1],
    ["rate-limited", 429, 0],
    ["server-error", 500, 0],
    ["bad-gateway", 502, 0],
    ["unavailable-after", 503, 1],
    ["truncated", 200, 1],
  ])("%s answers %s with %i effects", async (kind, outcome, count) => {
    expect(await faulted({ kind })).toMatchObject({ outcome, count });
  });

  it("cuts the body so that it is no JSON any more", async () => {
    const { text } = await faulted({ kind: "truncated" });
    expect(text).toBe('{"cou');
  });

  it("hits only the nth matching request, and as often as asked", async () => {
    const { sandbox: box } = await counterSandbox();
    box.faults.add({ kind: "server-error", method: "post", path: "^/count", nth: 2, times: 2 });
    const statuses = [];
    for (let n = 0; n < 4; n++) {
      statuses.push((await post(box.url)).status);
      await fetch(`${box.url}/count`);
    }
    expect(statuses).toEqual([200, 500, 500, 200]);
  });

  it("tells its own time, skewed", async () => {
    const { sandbox: box } = await counterSandbox();
    await fetch(`${box.url}/__sandbox/faults`, { method: "PUT", body: JSON.stringify({ clockSkewMs: 600_000 }) });
    const answer = await fetch(`${box.url}/count`);
    expect(answer.headers.get("date")).toBe("Fri, 20 Nov 2026 10:10:00 GMT");
    expect(box.log.all()[0]?.at).toBe("2026-11-20T10:10:00.000Z");
  });

  it("is controlled over HTTP", async () => {
    const { sandbox: box } = await counterSandbox();
    const plan = { rules: [{ kind: "server-error", times: 0 }], authRevoked: true, blind: true, staleSearchMs: 5000 };
    const put = await fetch(`${box.url}/__sandbox/faults`, { method: "PUT", body: JSON.stringify(plan) });
    expect(await put.json()).toEqual({ ...plan, clockSkewMs: 0 });
    expect((await post(box.url)).status).toBe(500);
    await fetch(`${box.url}/__sandbox/faults`, { method: "DELETE" });
    expect(box.faults.conditions).toEqual({ authRevoked: false, blind: false, staleSearchMs: 0 });
    const log = (await (await fetch(`${box.url}/__sandbox/requests`)).json()) as object;
    expect(log).toMatchObject({ total: 1, writes: 1, byOperation: { "POST /count": 1 } });
    const human = await fetch(`${box.url}/__sandbox/human`, {
      method: "POST",
      body: JSON.stringify({ action: "edit", who: "Ada" }),
    });
    expect(await human.json()).toEqual({ did: "edit", by: "Ada" });
  });

  it("stops before the answer for whoever watches", async () => {
    const { sandbox: box, count } = await counterSandbox();
    const seen: unknown[] = [];
    box.onBeforeAnswer = (request, state) => void seen.push([request.operation, state.committed, count()]);
    box.faults.add({ kind: "server-error", nth: 2 });
    await post(box.url);
    await post(box.url);
    expect(seen).toEqual([
      ["POST /count", true, 1],
      ["POST /count", false, 1],
    ]);
  });

  it("tells a refusal what was handled before it, and nothing of what never was", async () => {
    const app = new Hono();
    app.post("/count", (c) => c.json({ count: 1 }));
    const told: unknown[] = [];
    const refusals = Object.fromEntries(
      (["unavailable-after", "server-error"] as const).map((kind) => [
        kind,
        (_: FaultRule, handled?: Handled) => {
          told.push(handled);
          return new Response("", { status: 503 });
        },
      ]),
    );
    sandbox = await startSandbox({ name: "counter", app, refusals });
    sandbox.faults.add({ kind: "unavailable-after" }, { kind: "server-error", nth: 2 });
    await post(sandbox.url);
    await post(sandbox.url);
    expect(told).toEqual([{ method: "POST", path: "/count", status: 200, answer: '{"count":1}' }, undefined]);
  });

  it("answers bodyless 204", async () => {
    const { sandbox: box } = await counterSandbox();
    expect((await fetch(`${box.url}/count`, { method: "DELETE" })).status).toBe(204);
  });
});
