/** Raw calls to the stand-in, as no connector would make them. */
import { startGithubSandbox, type GithubSandbox, type GithubSandboxOptions } from "../../../sandbox/github/index.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";

export const SPEC = new URL("../../../../shared/specs/github.openapi.json", import.meta.url);
export const REPOSITORY = "acme/checkout";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; null where it is no JSON. */
  readonly json: Json;
}
/** Any JSON, reached into by name. */
export interface Json {
  readonly [name: string]: Json;
}

export interface RawHost {
  readonly sandbox: GithubSandbox;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  /** Below the repository. */
  readonly repo: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly query: (query: string, variables?: object) => Promise<Json>;
  /** Creates an issue by the API and answers it. */
  readonly issue: (fields?: object) => Promise<Json>;
  readonly act: (action: string, more?: object) => Promise<{ readonly id: string; readonly key: string }>;
}

export async function startRaw(options: Partial<GithubSandboxOptions> = {}): Promise<RawHost> {
  const clock = options.clock ?? new Clock(() => Date.parse("2026-11-20T10:00:00.400Z"));
  const repositories = options.repositories ?? [{ name: REPOSITORY }, { name: "acme/billing" }];
  const sandbox = await startGithubSandbox({ ...options, repositories, clock });
  const base = { authorization: `Bearer ${sandbox.credentials.GH_TOKEN}`, "user-agent": "test" };
  const call: RawHost["call"] = async (method, path, body, headers = {}) => {
    const answer = await fetch(path.startsWith("http") ? path : `${sandbox.url}${path}`, {
      method,
      headers: { ...base, ...headers },
      redirect: "manual",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: parse(text) };
  };
  const repo: RawHost["repo"] = (method, path, body) => call(method, `/repos/${REPOSITORY}${path}`, body);
  return {
    sandbox,
    call,
    repo,
    query: async (query, variables = {}) => (await call("POST", "/graphql", { query, variables })).json,
    async issue(fields = {}) {
      const answer = await repo("POST", "/issues", { title: "An issue", ...fields });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.json));
      return answer.json;
    },
    act: async (action, more = {}) => (await sandbox.human({ action, ...more })) as { id: string; key: string },
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null as unknown as Json;
  }
}
