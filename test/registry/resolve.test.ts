import { describe, expect, it } from "vitest";
import { mapsOf } from "../support/maps.ts";
import { jira, linear, resolve, config } from "./resolving.ts";
import { failureOf, hubBinding, hubReading } from "./workspace-files.ts";

describe("tools of a project", () => {
  it("are those of the hub, both ways and last-modified-wins, where there is no sync-config", () => {
    const { tools, findings } = resolve(hubReading([linear, jira]));
    expect(
      tools.map(({ tool, mode, strategy, deletes, adoption }) => ({ tool, mode, strategy, deletes, adoption })),
    ).toEqual([
      { tool: "jira", mode: "bidirectional", strategy: "last-modified-wins", deletes: "flag", adoption: "ask" },
      { tool: "linear", mode: "bidirectional", strategy: "last-modified-wins", deletes: "flag", adoption: "ask" },
    ]);
    expect(findings).toEqual([]);
  });

  it("take mode, strategy and fields from sync-config, fields in the tool's own names", () => {
    const files = config(
      "{linear: {sync_mode: pull-only, conflict_resolution: manual, priority_fields: [state, assignee, estimate], tasks: true, deletes: archive, adoption: hub}}",
    );
    const [, tool] = resolve(hubReading([jira, linear]), { files }).tools;
    expect(tool).toMatchObject({
      mode: "pull-only",
      strategy: "manual",
      deletes: "archive",
      adoption: "hub",
      priorityFields: ["status", "assignee", "estimate"],
    });
    expect(tool?.binding.tasks).toBe(true);
  });

  it("are left out where the hub or sync-config switches them off", () => {
    const off = hubBinding("linear", { team_id: "PAY" }, false);
    expect(resolve(hubReading([jira, off])).tools.map(({ tool }) => tool)).toEqual(["jira"]);
    const files = config("{linear: {enabled: true}, jira: {enabled: false}}");
    expect(resolve(hubReading([jira, linear]), { files }).tools.map(({ tool }) => tool)).toEqual(["linear"]);
    expect(resolve(hubReading([jira, off]), { files }).tools).toEqual([]);
  });

  it("without a connector are one finding, and the others sync", () => {
    const notion = hubBinding("notion", { database_id: "5f0c" });
    const { tools, findings } = resolve(hubReading([jira, notion]));
    expect(tools.map(({ tool }) => tool)).toEqual(["jira"]);
    expect(findings).toMatchObject([{ code: "no-connector", severity: "warning", tool: "notion" }]);
  });

  it("that the registry does not know are one finding with what is allowed", () => {
    const { tools, findings } = resolve(hubReading([jira, hubBinding("lineer", { team_id: "PAY" })]));
    expect(tools.map(({ tool }) => tool)).toEqual(["jira"]);
    expect(findings).toMatchObject([{ code: "unknown-tool", severity: "error", tool: "lineer" }]);
    expect(findings[0]?.message).toContain('allowed: jira, linear, notion, github. Did you mean "linear"?');
  });

  it("named github-issues are github", () => {
    const hub = hubReading([hubBinding("github-issues", { repository: "acme/checkout" })]);
    const files = config("{github-issues: {conflict_resolution: manual}}");
    const { tools } = resolve(hub, { connectors: ["github"], files });
    expect(tools).toMatchObject([
      { tool: "github", strategy: "manual", binding: { container: { repository: "acme/checkout" } } },
    ]);
  });

  it("have their container in the registry's order, whatever the hub's, and by the flat block's names", () => {
    const sorted = hubBinding("jira", { epic_id: "CHK-10", project_key: "CHK", board: "7" });
    expect(Object.entries(resolve(hubReading([sorted])).tools[0]?.binding.container ?? {})).toEqual([
      ["project_key", "CHK"],
      ["epic_id", "CHK-10"],
      ["board", "7"],
    ]);
    const flat = hubBinding("linear", { project_key: "PAY", external_ref_id: "p-1" });
    expect(resolve(hubReading([flat])).tools[0]?.binding.container).toEqual({ team_id: "PAY", project_id: "p-1" });
  });

  it("name the twin of the project itself, where the binding does", () => {
    const of = (container: Record<string, string | null>) =>
      resolve(hubReading([hubBinding("jira", container)])).tools[0]?.projectRef;
    expect(of({ project_key: "CHK", epic_id: "CHK-10" })).toEqual({ key: "epic_id", ref: "CHK-10" });
    expect(of({ project_key: "CHK", external_ref_id: "CHK-11" })).toEqual({ key: "epic_id", ref: "CHK-11" });
    expect(of({ project_key: "CHK", epic_id: null })).toBeNull();
  });

  it("whose container is not named anywhere are one finding that says where to name it", () => {
    const { tools, findings } = resolve(hubReading([hubBinding("jira", { project_key: null })]));
    expect(tools).toEqual([]);
    expect(findings).toMatchObject([{ code: "incomplete-binding", tool: "jira" }]);
    expect(findings[0]?.remedy).toContain("external_sync.jira.project_key");
    expect(findings[0]?.remedy).toContain("JIRA_PROJECT_KEY");
  });
});

describe("a field that a tool keeps in one place only", () => {
  it("cannot be named, which is told, and changes nothing", () => {
    const files = config(
      "{jira: {mapping: {fields: {title: Betreff, estimate: customfield_1}}}, linear: {mapping: {fields: {due: Frist}}}}",
    );
    const { tools, findings } = resolve(hubReading([jira, linear]), { files });
    expect(tools.map(({ binding }) => binding.mapping)).toEqual([
      { fields: { estimate: "customfield_1" } },
      { fields: {} },
    ]);
    expect(findings.map(({ code, tool, field, message }) => [code, tool, field, message])).toEqual([
      [
        "fixed-field",
        "jira",
        "title",
        'mapping.fields.title: Jira keeps title in one place only, so "Betreff" changes nothing; estimate, sprint, qa_assignee can be named.',
      ],
      [
        "fixed-field",
        "linear",
        "due",
        'mapping.fields.due: Linear keeps due in one place only, so "Frist" changes nothing; no field of it can be named.',
      ],
    ]);
  });
});

describe("a client's file", () => {
  const acme = "registry/clients/ACME.yaml";

  it("gives containers, people and names where the project is silent", () => {
    const files = {
      [acme]: [
        "client: {code: ACME, name: Acme}",
        "language: es",
        "tools: {tracking: [jira, linear]}",
        "connections: {jira: {project_key: CHK}, linear: {team_id: PAY}}",
        "people:",
        "  - {email: Ana.Ruiz@example.com, name: Ana Ruiz, aliases: [ana], jira: 712020:aa}",
        "mapping: {jira: {status: {story: {in_review: Code Review, done: Closed}}, fields: {estimate: customfield_10020}}}",
      ].join("\n"),
      ...config("{jira: {mapping: {status: {story: {done: Shipped}}}, priority_fields: [customfield_10020]}}"),
    };
    const project = resolve(hubReading([]), { files });
    expect(project).toMatchObject({ client: "ACME", language: "es" });
    const [first, second] = project.tools;
    expect(first?.binding).toEqual({
      project: "PROJ-2026-001",
      tool: "jira",
      container: { project_key: "CHK", epic_id: null },
      tasks: false,
      maps: mapsOf("jira"),
      mapping: {
        status: { story: { in_review: "Code Review", done: "Shipped" } },
        fields: { estimate: "customfield_10020" },
      },
      people: {
        "ana.ruiz@example.com": "712020:aa",
        "ana ruiz": "712020:aa",
        ana: "712020:aa",
        "712020:aa": "712020:aa",
      },
    });
    expect(first?.priorityFields).toEqual(["estimate"]);
    expect(second?.binding.container).toEqual({ team_id: "PAY", project_id: null });
    expect(second?.binding.people["ana"]).toBe("Ana.Ruiz@example.com");
  });

  it("does not add tools to a hub that names its own", () => {
    const files = {
      [acme]: "client: {code: ACME}\ntools: {tracking: [jira, linear]}\nconnections: {linear: {team_id: PAY}}\n",
    };
    expect(resolve(hubReading([jira]), { files }).tools.map(({ tool }) => tool)).toEqual(["jira"]);
  });

  it("is the one the hub names; the only one where it names none; none where there are several", () => {
    const files = {
      [acme]: "client: {code: ACME}\nlanguage: es\n",
      "registry/clients/ZETA.yaml": "client: {code: ZETA}\nlanguage: de\n",
    };
    expect(resolve(hubReading([jira], { client: "ZETA" }), { files }).language).toBe("de");
    expect(resolve(hubReading([jira]), { files })).toMatchObject({ client: null, language: "en" });
    const failure = failureOf(() => resolve(hubReading([jira], { client: "ACMA" }), { files }));
    expect(failure.message).toContain(
      'client "ACMA" has no registry/clients/ACMA.yaml; known clients: ACME, ZETA. Did you mean "ACME"?',
    );
  });

  it("that is broken fails only the projects that use it", () => {
    const files = { [acme]: "client: {code: ACME\n", "registry/clients/ZETA.yaml": "client: {code: ZETA}\n" };
    expect(resolve(hubReading([jira], { client: "ZETA" }), { files }).tools).toHaveLength(1);
    expect(failureOf(() => resolve(hubReading([jira], { client: "ACME" }), { files })).code).toBe("InvalidConfig");
  });

  it("takes a spelling that two people share for nobody", () => {
    const files = {
      [acme]:
        "client: {code: ACME}\npeople: [{email: ana.ruiz@x.io, aliases: [ana]}, {email: ana.gil@x.io, aliases: [Ana]}]\n",
    };
    const { tools, findings } = resolve(hubReading([jira]), { files });
    expect(tools[0]?.binding.people).toEqual({ "ana.ruiz@x.io": "ana.ruiz@x.io", "ana.gil@x.io": "ana.gil@x.io" });
    expect(findings).toMatchObject([{ code: "ambiguous-person", tool: "jira" }]);
  });

  it.each([
    [
      "a tool that is not in the registry",
      "client: {code: ACME}\ntools: {tracking: [jira, jirra]}",
      ':2:26: tools.tracking[1]: "jirra" is not in the registry; allowed: jira, linear, notion, github. Did you mean "jira"?',
    ],
    [
      "a scalar that is not in the registry",
      "client: {code: ACME}\ntools: {tracking: trello}",
      'tools.tracking: "trello" is not in the registry',
    ],
    [
      "a language nobody speaks",
      "client: {code: ACME}\nlanguage: xx",
      '"xx" is not a supported language; allowed: en, es, pt, fr, de.',
    ],
    [
      "a mapped status that is none of ours",
      "client: {code: ACME}\nmapping: {jira: {status: {story: {finished: Done}}}}",
      'mapping.jira.status.story.finished: "finished" is not a known key; allowed: ready, in_progress',
    ],
    [
      "a person's unknown tool",
      "client: {code: ACME}\npeople: [{email: a@x.io, jra: b}]",
      'people[0].jra: "jra" is not in the registry',
    ],
    [
      "a code that is not the file's name",
      "client: {code: ZETA}",
      ':1:16: client.code: "ZETA" is not the file\'s name; write "ACME"',
    ],
    ["no code", "language: en", "client: is missing"],
  ])("refuses %s", (_, text, message) => {
    const failure = failureOf(() => resolve(hubReading([jira]), { files: { [acme]: text } }));
    expect(failure.code).toBe("InvalidConfig");
    expect(failure.message).toContain(message);
    expect(failure.details.file).toBe(acme);
  });

  it("refuses a secret in clear and does not repeat it", () => {
    const files = { [acme]: "client: {code: ACME}\nconnections:\n  jira:\n    api_token: hunter2hunter2\n" };
    const failure = failureOf(() => resolve(hubReading([jira]), { files }));
    expect(failure.message).toContain(
      "registry/clients/ACME.yaml:4:16: connections.jira.api_token: a secret never stands in this file",
    );
    expect(JSON.stringify({ ...failure, message: failure.message })).not.toContain("hunter2");
  });
});
