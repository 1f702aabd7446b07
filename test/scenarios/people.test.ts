import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled, expectSilence } from "../support/invariants.ts";
import { PEOPLE, startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const ANA = "ana.ruiz@example.com";
const TOM = "tom.okafor@example.com";
const LEAVER = "left.the.company@example.com";

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

/** One story per assignee, `US-001` on; `-` leaves the key out. */
async function start(assignees: readonly string[], options: Partial<WorldOptions> = {}): Promise<void> {
  const stories = assignees.map((assignee, n) => {
    const key = assignee === "-" ? "" : `, assignee: ${assignee}`;
    return `    - {id: ${idOf(n)}, title: Story ${n + 1}, status: ready${key}}\n`;
  });
  const hub = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
${stories.join("")}external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
  world = await startWorld({ hub, ...options });
}
const idOf = (n: number): string => `US-${String(n + 1).padStart(3, "0")}`;

/** E-mail of the twin's assignee in Jira and in Linear. */
async function assigned(id: string): Promise<(string | null | undefined)[]> {
  const { jira, linear } = world;
  const account = jira.site.get(await world.key(id, "jira")).data.assignee;
  const user = linear.store.findIssue(await world.key(id, "linear"))?.assigneeId ?? null;
  return [
    account === null ? null : jira.site.user(account)?.email,
    user === null ? null : linear.store.users.get(user)?.email,
  ];
}
const inHub = async (id: string) => (await world.item(id)).fields.assignee;
const findings = (report: Awaited<ReturnType<World["sync"]>>) =>
  report.findings.map(({ code, tool, items }) => [code, tool, items]);

const SAMS = ["a", "b"].map((one) => ({
  accountId: `5b10sam000000000000000${one}`,
  displayName: "Sam Lee",
  email: `sam.${one}@example.com`,
  active: true,
}));
const everybody = [...PEOPLE, ...SAMS];
const withSams: Partial<WorldOptions> = {
  jira: { users: everybody },
  linearSeed: {
    users: [
      { email: "sync@example.com" },
      ...everybody.map(({ email, displayName }) => ({ email, name: displayName })),
    ],
  },
};

const hiding = (...emails: string[]): Partial<WorldOptions> => ({
  jira: { users: PEOPLE.map((person) => ({ ...person, hidesEmail: emails.includes(person.email) })) },
});

describe("one person across tools", () => {
  it("an account that hides its address is found by the name that another tool shows with it, in the first run", async () => {
    await start([ANA, TOM], hiding(ANA));
    expect(findings(await world.sync())).toEqual([]);
    expect(await assigned("US-001")).toEqual([ANA, ANA]);
    await expectSettled(world);
    // The other way round: whom Jira shows without an address arrives as a person everywhere.
    await world.jira.human({ action: "edit", key: await world.key("US-002", "jira"), fields: { assignee: ANA } });
    await world.sync();
    expect(await inHub("US-002")).toBe(ANA);
    expect(await assigned("US-002")).toEqual([ANA, ANA]);
    await expectSettled(world);
  });

  it("an address that is hidden later still is the person's, and nobody is unassigned", async () => {
    await start([ANA, TOM]);
    await world.sync();
    const ana = world.jira.site.user(ANA);
    Object.assign(ana ?? {}, { hidesEmail: true, displayName: "Somebody" });
    await world.sync({ force: true });
    await world.editHub(`assignee: ${TOM}`, `assignee: ${ANA}`);
    expect(findings(await world.sync())).toEqual([]);
    expect(await assigned("US-002")).toEqual([ANA, ANA]);
    await expectSettled(world);
  });

  it("a name that two accounts bear tells of nobody: the finding says what to do", async () => {
    const [ana] = PEOPLE.filter(({ email }) => email === ANA);
    const double = { ...ana!, accountId: "5b10double00000000000001", email: "other@example.com" };
    const users = [...PEOPLE, double].map((person) => ({
      ...person,
      hidesEmail: person.displayName === ana!.displayName,
    }));
    await start([ANA], { jira: { users } });
    expect(findings(await world.sync())).toEqual([["unknown-person", "jira", ["US-001"]]]);
    expect(await assigned("US-001")).toEqual([null, ANA]);
    await expectSettled(world, { open: ["US-001/assignee"] });
  });
});

describe("scenario 30: an assignee whom a tool cannot take", () => {
  it("a leaver on 18 of 40 stories is one finding a tool, naming them all, and stays in the hub", async () => {
    const assignees = Array.from({ length: 40 }, (_, n) => (n < 18 ? LEAVER : n < 30 ? ANA : "null"));
    const ids = assignees.flatMap((assignee, n) => (assignee === LEAVER ? [idOf(n)] : []));
    await start(assignees);
    expect(findings(await world.sync())).toEqual([
      ["unknown-person", "jira", ids],
      ["unknown-person", "linear", ids],
    ]);
    expect(await assigned("US-001")).toEqual([null, null]);
    expect(await assigned("US-019")).toEqual([ANA, ANA]);
    expect(await inHub("US-001")).toBe(LEAVER);
    await expectSettled(world, { open: ids.map((id) => `${id}/assignee`) });
    expect(findings(await world.sync())).toHaveLength(2);
  });

  it("unknown to both tools: who is assigned there stays, and everything else of the item flows", async () => {
    await start([ANA]);
    await world.sync();
    await world.editHub(`status: ready, assignee: ${ANA}`, `status: done, assignee: ${LEAVER}`);
    expect(findings(await world.sync())).toEqual([
      ["unknown-person", "jira", ["US-001"]],
      ["unknown-person", "linear", ["US-001"]],
    ]);
    expect(await assigned("US-001")).toEqual([ANA, ANA]);
    expect(world.jira.site.get(await world.key("US-001", "jira")).data.statusId).toBe("10102");
    expect(await inHub("US-001")).toBe(LEAVER);
    await expectSettled(world, { open: ["US-001/assignee"] });
    await world.editHub(LEAVER, TOM);
    expect(findings(await world.sync())).toEqual([]);
    expect(await assigned("US-001")).toEqual([TOM, TOM]);
    await expectSettled(world);
  });

  it("a name that two people share: nobody is guessed, and the finding names both", async () => {
    await start([ANA, ANA], withSams);
    await world.sync();
    await world.writeHub((await world.hubText()).replaceAll(ANA, "Sam Lee"));
    const report = await world.sync();
    expect(findings(report)).toEqual([
      ["ambiguous-person", "jira", ["US-001", "US-002"]],
      ["ambiguous-person", "linear", ["US-001", "US-002"]],
    ]);
    expect(report.findings[0]?.message).toContain("sam.a@example.com, sam.b@example.com");
    expect(await assigned("US-002")).toEqual([ANA, ANA]);
    await expectSettled(world, { open: ["US-001/assignee", "US-002/assignee"] });
  });

  it.each([true, false])(
    "deactivated in one tool (known before the write: %s): frozen there, taken elsewhere",
    async (known) => {
      await start([TOM, TOM, ANA]);
      await world.sync();
      await world.jira.human({ action: "deactivate", person: ANA });
      if (known) await world.sync({ force: true });
      await world.writeHub((await world.hubText()).replaceAll(TOM, ANA));
      const report = await world.sync({ yes: true });
      expect(findings(report)).toEqual([[known ? "inactive-person" : "not-applied", "jira", ["US-001", "US-002"]]]);
      expect(await assigned("US-001")).toEqual([TOM, ANA]);
      // Assigned before the account was closed: nobody takes that away.
      expect(await assigned("US-003")).toEqual([ANA, ANA]);
      expect(await inHub("US-001")).toBe(ANA);
      await expectSettled(world, { open: ["US-001/assignee", "US-002/assignee"] });
      const key = await world.key("US-001", "jira");
      await world.jira.human({ action: "edit", key, fields: { summary: "Still flows" } });
      await world.sync();
      expect((await world.item("US-001")).fields).toMatchObject({ title: "Still flows", assignee: ANA });
      await expectSettled(world, { open: ["US-001/assignee", "US-002/assignee"] });
    },
  );

  it("deactivated in Linear: the same, the other way round", async () => {
    await start([TOM]);
    await world.sync();
    await world.linear.human({ action: "deactivate", user: ANA });
    await world.editHub(TOM, ANA);
    expect(findings(await world.sync())).toMatchObject([[expect.any(String), "linear", ["US-001"]]]);
    expect(await assigned("US-001")).toEqual([ANA, TOM]);
    await expectSettled(world, { open: ["US-001/assignee"] });
  });

  it("someone in Jira who hides the e-mail address: no opinion, reported once, nobody cleared elsewhere", async () => {
    const shy = { accountId: "5b10shy0000000000000000f", displayName: "Shy", email: "shy@example.com", active: true };
    await start([ANA, ANA], { jira: { users: [...PEOPLE, { ...shy, hidesEmail: true }] } });
    await world.sync();
    for (const id of ["US-001", "US-002"]) {
      await world.jira.human({ action: "edit", key: await world.key(id, "jira"), fields: { assignee: shy.accountId } });
    }
    expect(findings(await world.sync())).toEqual([["hidden-email", "jira", ["US-001", "US-002"]]]);
    expect([await inHub("US-001"), await assigned("US-001")]).toEqual([ANA, [shy.email, ANA]]);
    await expectSettled(world, { open: ["US-001/assignee", "US-002/assignee"] });
  });
});

describe("scenario 31: unassigned on purpose", () => {
  it("in the hub: travels once to both tools", async () => {
    await start([ANA]);
    await world.sync();
    await world.editHub(`assignee: ${ANA}`, "assignee: null");
    const mark = world.mark();
    expect((await world.sync()).outcome).toBe("success");
    expect(await assigned("US-001")).toEqual([null, null]);
    expect(mark.writes()).toBe(2);
    await expectSettled(world);
  });

  it.each(["jira", "linear"] as const)("in %s: travels once to the hub and the other tool", async (tool) => {
    await start([ANA]);
    await world.sync();
    const key = await world.key("US-001", tool);
    if (tool === "jira") await world.jira.human({ action: "edit", key, fields: { assignee: null } });
    else await world.linear.human({ action: "edit", item: key, fields: { assignee: null } });
    const mark = world.mark();
    await world.sync();
    expect([await inHub("US-001"), await assigned("US-001")]).toEqual([null, [null, null]]);
    expect(mark.writes()).toBe(1);
    await expectSettled(world);
  });

  it("a key that was never there, or is taken out of the file, is no opinion and clears nobody", async () => {
    await start([ANA, "-"]);
    await world.sync();
    const key = await world.key("US-002", "jira");
    await world.jira.human({ action: "edit", key, fields: { assignee: TOM } });
    await world.sync();
    expect([await inHub("US-002"), await assigned("US-002")]).toEqual([TOM, [TOM, TOM]]);
    await world.editHub(/, assignee: [^,}]+/, "");
    await world.sync();
    expect(await assigned("US-001")).toEqual([ANA, ANA]);
    await expectSilence(world);
  });
});
