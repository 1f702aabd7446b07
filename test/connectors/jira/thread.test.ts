import { afterEach, describe, expect, it } from "vitest";
import { createRequest, twinIn } from "../requests.ts";
import { closeHarness, connector, hasSpec, startHarness, statusId, updateRequest, type Harness } from "./harness.ts";

let h: Harness;
afterEach(() => closeHarness(h));

describe("an issue's way through the connector", () => {
  it("is created, read, changed and listed", async () => {
    h = await startHarness();
    const [created] = await h.create([
      createRequest(1, {
        title: "Pay by card",
        description: "- a\n- b",
        status: statusId(h.scope, "In Progress"),
        priority: "1",
        estimate: 2.5,
        labels: ["payments"],
        due: "2026-12-01",
        assignee: h.sandbox.site.user("ada@example.com")?.accountId ?? null,
        pr: "https://git.test/pull/12",
      }),
    ]);
    const twin = twinIn(created);
    expect(created).toMatchObject({ refused: {} });
    expect(twin).toMatchObject({
      key: "CHK-1",
      type: "story",
      syncKey: "1".padStart(64, "0"),
      state: "live",
      fields: {
        title: "Pay by card",
        description: "- a\n- b",
        status: statusId(h.scope, "In Progress"),
        priority: "1",
        estimate: 2.5,
        labels: ["payments"],
        due: "2026-12-01",
        pr: "https://git.test/pull/12",
        parent: null,
        sprint: null,
      },
    });
    const first = await connector.changes(h.scope, { cursor: null, recheck: [] });
    expect(first.items).toEqual([twin]);

    const [updated] = await h.update([
      updateRequest(twin.ref, { title: "Pay", labels: ["x"], status: statusId(h.scope, "Done"), estimate: null }),
    ]);
    expect(twinIn(updated).fields).toMatchObject({
      title: "Pay",
      labels: ["x"],
      status: statusId(h.scope, "Done"),
      estimate: null,
    });
    expect(twinIn(updated).syncKey).toBe(twin.syncKey);

    const second = await connector.changes(h.scope, { cursor: first.cursor, recheck: [] });
    expect(second.items).toEqual([twinIn(updated)]);
    const mark = h.sandbox.log.total();
    const third = await connector.changes(h.scope, { cursor: second.cursor, recheck: [twin.ref] });
    expect(third.items).toEqual([]);
    expect(h.sandbox.log.total() - mark).toBe(1);

    const read = await connector.read(h.scope, [twin.ref, "CHK-99"]);
    expect(read).toEqual({ items: [twinIn(updated)], gone: ["CHK-99"] });
    if (hasSpec) expect(h.sandbox.spec.violations()).toEqual([]);
  });
});
