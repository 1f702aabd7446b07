import { describe, expect, it } from "vitest";
import { personLens, type Account } from "../../src/connectors/person-lens.ts";

const ANA = "ana@example.com";
const hidden = (id: string): Account => ({ id, email: null, names: ["Ana Torres"], active: true, assignable: true });
const value = (of: string) => ({ kind: "value", value: of });

describe("an account that hides its address", () => {
  it("is read and written by what was learned of it", () => {
    const lens = personLens({ tool: "Jira", accounts: [hidden("1")], map: {}, learned: { 1: ANA } });
    expect([lens.read("1"), lens.write(ANA), lens.represents("1", ANA)]).toEqual([value(ANA), value("1"), true]);
  });

  it("is found by another spelling of the same person in the client file", () => {
    const map = { [ANA]: ANA, ana: ANA };
    const lens = personLens({ tool: "Jira", accounts: [hidden("1")], map, learned: { 1: ANA } });
    expect([lens.write("Ana"), lens.read("1")]).toEqual([value("1"), value(ANA)]);
  });

  it("is nobody where the client file names another account for that address", () => {
    const lens = personLens({
      tool: "Jira",
      accounts: [hidden("1"), hidden("2")],
      map: { [ANA]: "2" },
      learned: { 1: ANA },
    });
    expect([lens.write(ANA), lens.read("2")]).toEqual([value("2"), value(ANA)]);
    expect(lens.read("1")).toMatchObject({ kind: "none", code: "hidden-email" });
  });
});
