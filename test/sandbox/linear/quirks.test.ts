import { describe, expect, it } from "vitest";
import { ALL_QUIRKS, type LinearQuirks } from "../../../sandbox/linear/quirks.ts";
import { idOf, type Seed } from "../../../sandbox/linear/seed.ts";
import type { LinearSandbox } from "../../../sandbox/linear/server.ts";
import { CREATE, gql, refusal, start, UPDATE } from "./gql.ts";

const V4 = "11111111-1111-4111-8111-111111111111";
const V5 = "11111111-1111-5111-8111-111111111111";
const PAY = idOf.team("PAY");

const SEED: Seed = {
  teams: [{ key: "PAY" }, { key: "OPS" }],
  users: [{ email: "sync@acme.test" }, { email: "gone@acme.test", active: false }],
  labels: [
    { name: "Area", group: true },
    { name: "UI", parent: "Area" },
    { name: "API", parent: "Area" },
  ],
};

const create = (box: LinearSandbox, input: object): Promise<string | undefined> =>
  refusal(box, CREATE, { input: { teamId: PAY, title: "An issue", ...input } });
const updatedAt = (box: LinearSandbox): number => [...box.store.issues.values()][0]?.updatedAt ?? 0;

async function bulk(box: LinearSandbox): Promise<void> {
  const query = "mutation Bulk($input: IssueBatchCreateInput!) { issueBatchCreate(input: $input) { success } }";
  const issues = [
    { teamId: PAY, title: "Good" },
    { teamId: PAY, title: "" },
  ];
  await gql(box, query, { input: { issues } });
}

/** One question to each manner: true where the stand-in behaves as Linear does. */
const PROBES: { readonly [Q in keyof LinearQuirks]: (box: LinearSandbox) => Promise<boolean> } = {
  clientIdMustBeV4: async (box) => (await create(box, { id: V5 })) === "Argument Validation Error",
  conflictOnInsert: async (box) => {
    await create(box, { id: V4 });
    return (await create(box, { id: V4 })) === "conflict on insert of Issue";
  },
  spentIds: async (box) => {
    await create(box, { id: V4 });
    await box.human({ action: "delete-permanently", item: "PAY-1" });
    return (await create(box, { id: V4 })) === "conflict on insert of Issue";
  },
  pageMaximum: async (box) =>
    (await refusal(box, "{ issues(first: 251) { nodes { id } } }", {})) === "Argument Validation Error",
  newestFirst: async (box) => {
    await create(box, { title: "Older" });
    box.clock.advance(1000);
    await create(box, { title: "Newer" });
    const { body } = await gql(box, "{ issues(orderBy: updatedAt) { nodes { title } } }");
    return JSON.stringify(body.data).includes('[{"title":"Newer"},{"title":"Older"}]');
  },
  rewriteMarkdown: async (box) => {
    await create(box, { description: "- one" });
    return [...box.store.issues.values()][0]?.description === "* one";
  },
  rateLimitIs400: async (box) => {
    box.budgets.requests.drain();
    return (await gql(box, "{ viewer { id } }")).status === 400;
  },
  batchIsTransaction: async (box) => {
    await bulk(box);
    return box.store.issues.size === 0;
  },
  archivedAreHidden: async (box) => {
    await create(box, {});
    await box.human({ action: "delete", item: "PAY-1" });
    const { body } = await gql(box, "{ issues { nodes { id } } }");
    return JSON.stringify(body.data) === '{"issues":{"nodes":[]}}';
  },
  labelNamesAreUnique: async (box) => {
    const query = "mutation L($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { success } }";
    return (await refusal(box, query, { input: { name: "ui", teamId: PAY } })) === "duplicate label name";
  },
  labelGroupsExclude: async (box) => {
    const both = { labelIds: [idOf.label("UI"), idOf.label("API")] };
    return (await create(box, both)) === "labelIds not exclusive child labels";
  },
  estimateScale: async (box) => (await create(box, { estimate: 4 }))?.startsWith("estimate must be one of") ?? false,
  statesBelongToTeams: async (box) =>
    (await create(box, { stateId: idOf.state("OPS", "Done") }))?.includes("stateId") ?? false,
  inactiveUsersAreRefused: async (box) =>
    (await create(box, { assigneeId: idOf.user("gone@acme.test") })) === "Argument Validation Error",
  timelessDates: async (box) =>
    (await create(box, { dueDate: "2026-11-30T10:00:00Z" })) === "Argument Validation Error",
  meaningfulUpdates: async (box) => {
    await create(box, {});
    const before = updatedAt(box);
    box.clock.advance(1000);
    await box.human({ action: "comment", item: "PAY-1", body: "Hello" });
    await box.human({ action: "attach", item: "PAY-1", url: "https://example.com/a" });
    await gql(box, UPDATE, { id: "PAY-1", input: { sortOrder: 4.5 } });
    return updatedAt(box) === before;
  },
  attachmentsAreUpserts: async (box) => {
    await create(box, {});
    for (const title of ["One", "Two"]) {
      await box.human({ action: "attach", item: "PAY-1", url: "sdlc-sync://PROJ/US-1", title });
    }
    return [...box.store.attachments.values()].map((one) => one.title).join() === "Two";
  },
  complexityMaximum: async (box) => {
    const query = "{ issues(first: 250) { nodes { id labels { nodes { id name } } } } }";
    return (await gql(box, query)).status === 400;
  },
  projectNameMaximum: async (box) => {
    const query = "mutation P($input: ProjectCreateInput!) { projectCreate(input: $input) { success } }";
    const input = { name: "x".repeat(81), teamIds: [PAY] };
    return (await refusal(box, query, { input })) === "Argument Validation Error";
  },
};

describe("the manners of Linear's stand-in", () => {
  it.each(Object.keys(ALL_QUIRKS) as (keyof LinearQuirks)[])("%s: shown, and gone when switched off", async (quirk) => {
    const real = await start({ seed: SEED });
    const tame = await start({ seed: SEED, quirks: { [quirk]: false } });
    try {
      expect(await PROBES[quirk](real)).toBe(true);
      expect(await PROBES[quirk](tame)).toBe(false);
    } finally {
      await Promise.all([real.close(), tame.close()]);
    }
  });
});
