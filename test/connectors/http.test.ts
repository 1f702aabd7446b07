import { expect, it } from "vitest";
import { asSeries, createHttp, type CallSeries } from "../../src/connectors/http.ts";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";

it("refuses a credential that no header can carry, without a letter of it", () => {
  const secret = "lin_api_SECRET123\n# the old key";
  const options = {
    tool: "linear",
    baseUrl: "https://api.example.test",
    headers: { authorization: secret },
    budget: { reserve: async () => undefined, observe: async () => undefined },
    limits: () => [],
    now: Date.now,
    timeoutMs: 1_000,
  };
  let thrown: unknown;
  try {
    createHttp(options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "InvalidConfig", details: { tool: "linear" } });
  expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain("SECRET123");
});

it("tells a redirect to who asks for it, and follows none", async () => {
  let requests = 0;
  const server = createServer((_, answer) => {
    requests += 1;
    answer.writeHead(301, { location: "/elsewhere" }).end("moved");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const http = createHttp({
    tool: "github",
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    headers: {},
    budget: { reserve: async () => undefined, observe: async () => undefined },
    limits: () => [],
    now: Date.now,
    timeoutMs: 1_000,
  });
  const request = { method: "GET", url: "/here", signal: new AbortController().signal, safe: true } as const;
  const told = await http.send({ ...request, tellsRedirects: true });
  expect([told.status, told.headers.get("location"), told.text]).toEqual([301, "/elsewhere", "moved"]);
  await expect(http.send(request)).rejects.toMatchObject({ code: "Unavailable" });
  expect(requests).toBe(2);
  await new Promise((resolve) => server.close(resolve));
});

it("asks the budget for the calls of a series as for one, and for others alone", async () => {
  const asked: (CallSeries | undefined)[] = [];
  const budget = {
    reserve: async (_uses: unknown, _signal: AbortSignal, series?: CallSeries) => {
      asked.push(series);
      throw new Error("not yet");
    },
    observe: async () => undefined,
  };
  const options = { tool: "jira", baseUrl: "http://127.0.0.1:1", headers: {}, budget, timeoutMs: 1_000 };
  const http = createHttp({ ...options, limits: () => [], now: Date.now });
  const [series, other] = [asSeries(http), asSeries(http)];
  for (const way of [series, series, other, http]) {
    expect(way.baseUrl).toBe(http.baseUrl);
    const request = { method: "GET", url: "/", signal: new AbortController().signal, safe: true } as const;
    await expect(way.send(request)).rejects.toThrow("not yet");
  }
  expect([asked[0] === asked[1], asked[1] === asked[2], asked[3]]).toEqual([true, false, undefined]);
});
