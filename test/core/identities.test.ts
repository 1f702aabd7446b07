import { describe, expect, it } from "vitest";
import { learnIdentities, type KnownAccount } from "../../src/core/identities.ts";

const ANA = "ana@example.com";

function account(tool: string, id: string, names: readonly string[], email: string | null = null): KnownAccount {
  return { tool, id, names, email, isHidden: email === null };
}
const emails = (...accounts: KnownAccount[]) =>
  Object.fromEntries(learnIdentities(accounts).map(({ tool, id, email }) => [`${tool}/${id}`, email]));

describe("an account that hides its address", () => {
  it("is known by the address that it showed before", () => {
    expect(emails({ ...account("jira", "1", ["Ana Torres"], ANA), isHidden: true })).toEqual({ "jira/1": ANA });
  });

  it("is the person of that full name in another tool, however it is spaced and cased", () => {
    expect(emails(account("jira", "1", ["Ana  torres "]), account("linear", "u1", ["ana", "Ana Torres"], ANA))).toEqual(
      {
        "jira/1": ANA,
      },
    );
  });

  it("learns from a tool that hides the address today and showed it before", () => {
    const before = { ...account("linear", "u1", ["Ana Torres"], ANA), isHidden: true };
    expect(emails(account("jira", "1", ["Ana Torres"]), before)).toEqual({ "jira/1": ANA, "linear/u1": ANA });
  });

  it("is nobody by a login or a first name alone", () => {
    expect(emails(account("github", "ana", ["ana"]), account("linear", "u1", ["ana"], ANA))).toEqual({});
  });

  it.each<[string, KnownAccount[]]>([
    ["two accounts of the tool bear the name", [account("jira", "2", ["Ana Torres"])]],
    ["another account of the tool has the address", [account("jira", "2", ["A. Torres"], ANA)]],
    ["the name stands for two people elsewhere", [account("notion", "n1", ["Ana Torres"], "ana.torres@example.com")]],
    [
      "two accounts of the tool lead to one address",
      [account("jira", "2", ["Ana Maria"]), account("notion", "n1", ["Ana Maria"], ANA)],
    ],
  ])("is nobody where %s", (_, others) => {
    const all = [account("jira", "1", ["Ana Torres"]), account("linear", "u1", ["Ana Torres"], ANA), ...others];
    expect(emails(...all)).toEqual({});
  });
});
