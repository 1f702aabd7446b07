/** Raw calls to the stand-in, as no connector would make them. */
import { startJiraSandbox, type JiraSandbox, type JiraSandboxOptions } from "../../../sandbox/jira/index.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";

export const SPEC = new URL("../../../../shared/specs/jira.openapi.json", import.meta.url);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; null where it is no JSON. */
  readonly json: JsonObject;
}
/** Any JSON, reached into by name. */
interface JsonObject {
  readonly [name: string]: JsonObject | undefined;
}

export interface RawSite {
  readonly sandbox: JiraSandbox;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string | null>>,
  ) => Promise<Answer>;
  /** Creates a story and answers its id. */
  readonly story: (fields?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly search: (body: Readonly<Record<string, unknown>>) => Promise<Answer>;
}

export const STORY = { project: { key: "CHK" }, issuetype: { id: "10001" } };

export async function startRaw(options: Partial<JiraSandboxOptions> = {}): Promise<RawSite> {
  const clock = options.clock ?? new Clock(() => Date.parse("2026-11-20T10:00:30.000Z"));
  const sandbox = await startJiraSandbox({ projects: [{ key: "CHK" }, { key: "OPS" }], ...options, clock });
  const { JIRA_USERNAME, JIRA_API_TOKEN } = sandbox.credentials;
  const authorization = `Basic ${Buffer.from(`${JIRA_USERNAME}:${JIRA_API_TOKEN}`).toString("base64")}`;
  const call: RawSite["call"] = async (method, path, body, headers = {}) => {
    const all = { authorization, ...(method === "GET" ? {} : { "content-type": "application/json" }), ...headers };
    const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
    const answer = await fetch(`${sandbox.url}/rest/api/3/${path}`, {
      method,
      headers: Object.fromEntries(sent),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parse(text) };
  };
  return {
    sandbox,
    call,
    async story(fields = {}) {
      const answer = await call("POST", "issue", { fields: { ...STORY, summary: "A story", ...fields } });
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.json["id"] as unknown as string;
    },
    search: (body) => call("POST", "search/jql", body),
  };
}

function parse(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return null as unknown as JsonObject;
  }
}

export function adf(...content: readonly unknown[]): object {
  return { type: "doc", version: 1, content };
}
export function paragraph(text: string): object {
  return { type: "paragraph", content: [{ type: "text", text }] };
}
