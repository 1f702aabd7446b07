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

describe("credentials", () => {
  const env = { JIRA_BASE_URL: "http://127.0.0.1:1", JIRA_EMAIL: "a@example.com", ATLASSIAN_API_TOKEN: "t0" };

  it("are read by canonical name or alias", () => {
    const [tool] = resolve(hubReading([jira]), { env }).tools;
    expect(tool?.credentials).toEqual({
      JIRA_SERVER: "http://127.0.0.1:1",
      JIRA_BASE_URL: "http://127.0.0.1:1",
      JIRA_USERNAME: "a@example.com",
      JIRA_API_TOKEN: "t0",
    });
    expect(tool?.missingEnv).toEqual([]);
  });

  it("prefer the canonical name, and take an empty variable as absent", () => {
    const [tool] = resolve(hubReading([jira]), { env: { ...env, JIRA_API_TOKEN: "t1", JIRA_EMAIL: " " } }).tools;
    expect(tool?.credentials["JIRA_API_TOKEN"]).toBe("t1");
    expect(tool?.missingEnv).toEqual(["JIRA_USERNAME"]);
  });

  it("of a client are named by reference, and only the references stand in the connection", () => {
    const files = {
      "registry/clients/ACME.yaml":
        'client: {code: ACME}\nconnections: {jira: {server: "https://acme.example", api_token: "${ACME_JIRA}"}}\n',
    };
    const [tool] = resolve(hubReading([jira]), { files, env: { ...env, ACME_JIRA: "t2" } }).tools;
    expect(tool?.credentials).toMatchObject({ JIRA_SERVER: "https://acme.example", JIRA_API_TOKEN: "t2" });
    expect(tool?.connection).toEqual({ JIRA_SERVER: "https://acme.example", JIRA_API_TOKEN: "${ACME_JIRA}" });
    expect(resolve(hubReading([jira]), { files, env }).tools[0]?.missingEnv).toEqual(["JIRA_API_TOKEN"]);
  });
});

describe("several ways to sign in", () => {
  const token = { JIRA_SERVER: "https://a.example", JIRA_USERNAME: "a@example.com", JIRA_API_TOKEN: "t0" };
  const oauth = { JIRA_OAUTH_CLIENT_ID: "id", JIRA_OAUTH_CLIENT_SECRET: "s" };
  const files = (connection: string) => ({
    "registry/clients/ACME.yaml": `client: {code: ACME}\nconnections: {jira: ${connection}}\n`,
  });
  const jiraOf = (env: Record<string, string>, connection = "{}") =>
    resolve(hubReading([jira]), { env, files: files(connection) }).tools[0];

  it.each([
    ["the entry's own where nothing is set", {}, "API token", [], ["JIRA_SERVER", "JIRA_USERNAME", "JIRA_API_TOKEN"]],
    ["the entry's own where only that is set", token, "API token", [], []],
    ["OAuth where that is set", oauth, "OAuth 2.0", [], []],
    ["OAuth before a token", { ...token, ...oauth }, "OAuth 2.0", ["API token"], []],
    [
      "OAuth where it is only begun",
      { ...token, JIRA_OAUTH_REFRESH_TOKEN: "r" },
      "OAuth 2.0",
      ["API token"],
      ["JIRA_OAUTH_CLIENT_ID", "JIRA_OAUTH_CLIENT_SECRET"],
    ],
    ["a token where OAuth has an empty variable", { ...token, JIRA_OAUTH_CLIENT_ID: " " }, "API token", [], []],
    ["a token where only an id is set, as for another program", { ...token, JIRA_CLOUD_ID: "c" }, "API token", [], []],
  ])("choose %s", (_, env, kind, unused, missing) => {
    const tool = jiraOf(env);
    expect(tool?.credential).toEqual({ kind, unused });
    expect(tool?.missingEnv).toEqual(missing);
  });

  it("hand on nothing of the ways that are not used", () => {
    expect(jiraOf({ ...token, ...oauth })?.credentials).toEqual({ JIRA_SERVER: "https://a.example", ...oauth });
    expect(jiraOf(token)?.credentials).toEqual(token);
  });

  it("are the client's choice before the environment's", () => {
    const own = "{username: acme@example.com, api_token: '${ACME_JIRA}'}";
    expect(jiraOf({ ...token, ...oauth, ACME_JIRA: "t1" }, own)).toMatchObject({
      credential: { kind: "API token" },
      credentials: { JIRA_USERNAME: "acme@example.com", JIRA_API_TOKEN: "t1" },
    });
    const other =
      "{oauth_client_id: acme, oauth_client_secret: '${ACME_SECRET}', oauth_refresh_token: '${ACME_REFRESH}'}";
    expect(jiraOf({ ...token, ACME_SECRET: "s1", ACME_REFRESH: "r1" }, other)?.credentials).toMatchObject({
      JIRA_OAUTH_CLIENT_ID: "acme",
      JIRA_OAUTH_CLIENT_SECRET: "s1",
      JIRA_OAUTH_REFRESH_TOKEN: "r1",
    });
  });

  it("do not mix a client's app with a grant of the environment's", () => {
    const env = {
      ...oauth,
      JIRA_OAUTH_REFRESH_TOKEN: "r0",
      JIRA_CLOUD_ID: "c0",
      JIRA_OAUTH_URL: "https://auth.example",
    };
    const own = "{oauth_client_id: acme, oauth_client_secret: '${ACME_SECRET}'}";
    expect(jiraOf({ ...env, ACME_SECRET: "s1" }, own)?.credentials).toEqual({
      JIRA_OAUTH_CLIENT_ID: "acme",
      JIRA_OAUTH_CLIENT_SECRET: "s1",
      JIRA_OAUTH_URL: "https://auth.example",
    });
    expect(jiraOf(env, "{cloud_id: c1}")?.credentials).toEqual({ ...env, JIRA_CLOUD_ID: "c1" });
  });

  it("bring the limits of their own where the vendor has such", () => {
    const perHour = (env: Record<string, string>) =>
      resolve(hubReading([linear]), { env }).tools[0]?.rateLimits.find(({ periodMs }) => periodMs === 3_600_000)?.limit;
    expect(perHour({ LINEAR_API_KEY: "k" })).toBe(2500);
    expect(perHour({ LINEAR_OAUTH_CLIENT_ID: "i", LINEAR_OAUTH_CLIENT_SECRET: "s" })).toBe(5000);
  });

  it("may stand in no file with their secrets", () => {
    const failure = failureOf(() => jiraOf({}, "{oauth_refresh_token: plain}"));
    expect(failure.message).toContain("a secret never stands in this file");
    expect(failure.message).not.toContain("plain");
  });
});

describe("a client's server and the environment's secret", () => {
  const env = {
    JIRA_SERVER: "https://own.example",
    JIRA_USERNAME: "a@example.com",
    JIRA_API_TOKEN: "t0",
    ACME_JIRA: "t1",
  };
  const files = (connection: string) => ({
    "registry/clients/ACME.yaml": `client: {code: ACME}\nconnections: {jira: ${connection}}\n`,
  });

  it("do not mix: nothing is sent where they are of different servers", () => {
    const { tools, findings } = resolve(hubReading([jira, linear]), {
      env,
      files: files("{server: https://evil.example}"),
    });
    expect(tools.map(({ tool }) => tool)).toEqual(["linear"]);
    expect(findings).toMatchObject([{ code: "stray-credential", severity: "error", tool: "jira" }]);
    expect(findings[0]?.message).toContain("https://evil.example, but JIRA_API_TOKEN belongs to https://own.example");
    expect(findings[0]?.remedy).toContain("connections.jira.api_token: ${ACME_JIRA_API_TOKEN}");
  });

  it.each([
    ["https://evil.example/graphql", ["stray-credential"]],
    ["https://api.linear.app/graphql", []],
  ])("of a tool with one address for all go nowhere else: %s", (url, codes) => {
    const { findings } = resolve(hubReading([linear]), {
      env: { LINEAR_API_KEY: "k" },
      files: { "registry/clients/ACME.yaml": `client: {code: ACME}\nconnections: {linear: {url: "${url}"}}\n` },
    });
    expect(findings.map(({ code }) => code)).toEqual(codes);
  });

  it("may be of different sites where the secret goes to neither of them", () => {
    const oauth = { ...env, JIRA_OAUTH_CLIENT_ID: "id", JIRA_OAUTH_CLIENT_SECRET: "s" };
    const { tools, findings } = resolve(hubReading([jira]), {
      env: oauth,
      files: files("{server: https://acme.example}"),
    });
    expect(findings).toEqual([]);
    expect(tools[0]?.credentials["JIRA_SERVER"]).toBe("https://acme.example");
  });

  it.each([
    ["it is the same server", "{server: 'https://own.example/jira'}", env],
    ["the client names its own secret", "{server: https://acme.example, api_token: '${ACME_JIRA}'}", env],
    ["the environment names no server", "{server: https://acme.example}", { ...env, JIRA_SERVER: "" }],
    [
      "the base URL is overridden anyway",
      "{server: https://acme.example}",
      { ...env, JIRA_BASE_URL: "http://127.0.0.1:1" },
    ],
  ])("are used where %s", (_, connection, variables) => {
    const { tools, findings } = resolve(hubReading([jira]), { env: variables, files: files(connection) });
    expect(findings).toEqual([]);
    expect(tools[0]?.missingEnv).toEqual([]);
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
        'mapping.fields.title: Jira keeps title in one place only, so "Betreff" changes nothing; estimate, qa_assignee, sprint can be named.',
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
