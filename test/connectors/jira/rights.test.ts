import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRequest, twinIn } from "../requests.ts";
import { closeHarness, connector, startHarness, updateRequest, statusId } from "./harness.ts";
import type { Harness } from "./harness.ts";

let h: Harness;
beforeEach(async () => {
  h = await startHarness();
});
afterEach(() => closeHarness(h));
const withhold = (...permissions: string[]) =>
  h.sandbox.human({ action: "permit", project: "CHK", withhold: permissions });

describe("the rights of the account in a Jira project", () => {
  it.each([
    ["CREATE_ISSUES", "create", "Create issues"],
    ["EDIT_ISSUES", "edit", "Edit issues"],
    ["TRANSITION_ISSUES", "transition", "Transition issues"],
  ])("without %s, %s is missing, and nothing else", async (permission, right, name) => {
    await withhold(permission);
    const missing = await connector.rights(h.scope);
    expect(missing).toMatchObject([{ right, name, remedy: expect.stringMatching(/permission scheme/) as string }]);
  });

  it("are what its writes are refused for", async () => {
    const twin = twinIn((await h.create([createRequest(1)]))[0]);
    await withhold("CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES");
    expect(await h.create([createRequest(2)])).toMatchObject([
      { kind: "rejected", message: expect.stringContaining("permission to create issues") as string },
    ]);
    expect(await h.update([updateRequest(twin.ref, { title: "Other" })])).toMatchObject([
      { kind: "rejected", message: expect.stringContaining("permission to edit issues") as string },
    ]);
    const [moved] = await h.update([updateRequest(twin.ref, { status: statusId(h.scope, "In Progress") })]);
    expect(moved).toMatchObject({ kind: "done", refused: { status: expect.any(String) as string } });
  });
});
