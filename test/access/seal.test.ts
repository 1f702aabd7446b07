import { describe, expect, it } from "vitest";
import { seal, unseal } from "../../src/access/seal.ts";

const TEXT = '{"authorization":"Bearer secret-token"}';
const sealed = seal(TEXT, "client-secret", "jira/1");

describe("what is kept of a credential", () => {
  it("is told to who has the secret, and shows nothing of itself", () => {
    expect(unseal(sealed, "client-secret", "jira/1")).toBe(TEXT);
    const bytes = sealed.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
    expect([sealed, ...bytes].join()).not.toMatch(/secret|Bearer|authorization/);
    expect(seal(TEXT, "client-secret", "jira/1")).not.toBe(sealed);
  });

  it.each([
    ["another secret", sealed, "client-secre", "jira/1"],
    ["another name", sealed, "client-secret", "jira/2"],
    ["a cut text", sealed.slice(0, -4), "client-secret", "jira/1"],
    ["another version", sealed.replace("v1", "v2"), "client-secret", "jira/1"],
    ["a shorter tag", sealed.replace(/^(v1\.[^.]+\.)[^.]+/, "$1AAAA"), "client-secret", "jira/1"],
    ["nothing of the kind", "plain", "client-secret", "jira/1"],
    ["an empty text", "", "client-secret", "jira/1"],
  ])("is nothing under %s", (_, text, secret, name) => {
    expect(unseal(text, secret, name)).toBeNull();
  });

  it("is nothing once any byte of it was changed", () => {
    const [version, ...parts] = sealed.split(".");
    for (let place = 0; place < parts.length; place += 1) {
      const changed = parts.map((part, n) => {
        const bytes = Buffer.from(part, "base64url");
        if (n === place) bytes[0]! ^= 1;
        return bytes.toString("base64url");
      });
      expect(unseal([version, ...changed].join("."), "client-secret", "jira/1")).toBeNull();
    }
  });
});
