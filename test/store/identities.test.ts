import { expect, test } from "vitest";
import { onEveryHome } from "./homes.ts";

const ANA = "ana@example.com";

onEveryHome("whose an account is", (home) => {
  test("is told by another tool of the same client, and by no other client's", async () => {
    const { store } = home;
    const [acme, other] = [home.fresh(), home.fresh()];
    await store.noteAccounts(acme, "jira", [{ id: "1", email: null, names: ["Ana Torres"] }]);
    await store.noteAccounts(other, "linear", [{ id: "u9", email: "ana@other.example", names: ["Ana Torres"] }]);
    expect(await store.learnedEmails(acme, "jira")).toEqual({});
    await store.noteAccounts(acme, "linear", [{ id: "u1", email: "Ana@Example.com", names: ["Ana Torres"] }]);
    expect(await store.learnedEmails(acme, "jira")).toEqual({ 1: ANA });
    expect(await store.learnedEmails(acme, "linear")).toEqual({});
  });

  test("stays known when the address is hidden, and is forgotten when a second one bears the name", async () => {
    const { store } = home;
    const client = home.fresh();
    await store.noteAccounts(client, "linear", [{ id: "u1", email: ANA, names: ["Ana Torres"] }]);
    await store.noteAccounts(client, "linear", [{ id: "u1", email: null, names: ["Ana T"] }]);
    expect(await store.learnedEmails(client, "linear")).toEqual({ u1: ANA });
    await store.noteAccounts(client, "jira", [{ id: "1", email: null, names: ["Ana T"] }]);
    expect(await store.learnedEmails(client, "jira")).toEqual({ 1: ANA });
    await store.noteAccounts(client, "jira", [{ id: "2", email: null, names: ["Ana T"] }]);
    expect(await store.learnedEmails(client, "jira")).toEqual({});
  });
});
