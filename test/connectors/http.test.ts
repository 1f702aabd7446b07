import { expect, it } from "vitest";
import { createHttp } from "../../src/connectors/http.ts";
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
