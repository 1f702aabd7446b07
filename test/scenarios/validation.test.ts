/** The contract's six validation rules: each broken once, told before anything is written for it. */
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EP-1, title: An epic whose twins are nowhere, status: planning, external_refs: {jira: CHK-999, linear: PAY-999}}
  stories:
    - {id: US-1, title: Estimated in words, status: ready, estimation: three}
    - {id: US-2, title: In a state that Jira lacks, status: in_review}
    - {id: US-3, title: Somebody who left, status: ready, assignee: left.the.company@example.com}
    - {id: US-4, title: ~, status: ready}
    - {id: US-5, title: In an epic that is not there, status: ready, epic: EP-404}
    - {id: US-6, title: Refers to a foreign issue, status: ready, external_refs: {jira: OTHER-7}}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

/** What `validate` of the tools would say: a mapping that names a state which the workflow does not have. */
const MAPPING = `sync_config: {project_id: "{ID}", tools: {jira: {mapping: {status: {story: {in_review: Code Review}}}}}}\n`;

let world: World;
beforeEach(async () => {
  world = await startWorld({ hub: HUB, syncConfig: MAPPING });
});
afterEach(() => world.close());
afterAll(stopTemporal);

it("tells each broken rule by tool and item, writes nothing for it, and syncs the rest", async () => {
  const { findings } = await world.sync();
  const told = findings.map(({ code, tool, field, items }) => [code, tool ?? "hub", field ?? "-", items]);
  expect(told.toSorted()).toEqual(
    [
      // Assignee must exist in target system.
      ["unknown-person", "jira", "assignee", ["US-3"]],
      ["unknown-person", "linear", "assignee", ["US-3"]],
      // Epic must have valid external IDs.
      ["ref-not-found", "jira", "-", ["EP-1"]],
      ["ref-not-found", "linear", "-", ["EP-1"]],
      // External references must be reachable.
      ["ref-not-found", "jira", "-", ["US-6"]],
      ["unknown-parent", "hub", "parent", ["US-5"]],
      // Story estimation must be numeric.
      ["not-a-number", "hub", "estimate", ["US-1"]],
      // Status transitions must be valid.
      ["unknown-status", "jira", "status", ["US-2"]],
      // Required fields cannot be null.
      ["missing-title", "hub", "title", ["US-4"]],
    ].toSorted(),
  );
  const titles = [...world.jira.site.issues.values()].map(({ data }) => data.summary).toSorted();
  expect(titles).toEqual([
    "Estimated in words",
    "In a state that Jira lacks",
    "In an epic that is not there",
    "Somebody who left",
  ]);
});
