/** Raw calls to the stand-in, as no connector would make them. */
import { Clock } from "../../../sandbox/kit/clock.ts";
import { startNotionSandbox, type NotionSandbox, type NotionSandboxOptions } from "../../../sandbox/notion/index.ts";

export const SPEC = new URL("../../../../shared/specs/notion.openapi.json", import.meta.url);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: JsonObject;
}
/** Any JSON, reached into by name. */
export interface JsonObject {
  readonly [name: string]: JsonObject | undefined;
}

export interface RawWorkspace {
  readonly sandbox: NotionSandbox;
  readonly source: string;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string | null>>,
  ) => Promise<Answer>;
  /** Creates a page and answers its id; throws where it is refused. */
  readonly page: (properties?: object, markdown?: string) => Promise<string>;
  /** The answer of a create with these properties. */
  readonly post: (properties: object, more?: object) => Promise<Answer>;
  readonly query: (body?: object) => Promise<Answer>;
  /** The text of a page that was made of this one. */
  readonly roundTrip: (markdown: string) => Promise<string>;
}

export async function startRaw(options: NotionSandboxOptions = {}): Promise<RawWorkspace> {
  const clock = options.clock ?? new Clock(() => Date.parse("2026-11-20T10:00:30.000Z"));
  const sandbox = await startNotionSandbox({ ...options, clock });
  const [source = ""] = sandbox.workspace.sources.keys();
  const call: RawWorkspace["call"] = async (method, path, body, headers = {}) => {
    const all = {
      authorization: `Bearer ${sandbox.credentials.NOTION_API_KEY}`,
      "notion-version": "2026-03-11",
      "content-type": "application/json",
      ...headers,
    };
    const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
    const answer = await fetch(`${sandbox.url}/v1/${path}`, {
      method,
      headers: Object.fromEntries(sent),
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parse(text) };
  };
  const post: RawWorkspace["post"] = (properties, more = {}) =>
    call("POST", "pages", { parent: { type: "data_source_id", data_source_id: source }, properties, ...more });
  const page: RawWorkspace["page"] = async (properties = {}, markdown) => {
    const answer = await post({ Name: title("A page"), ...properties }, markdown === undefined ? {} : { markdown });
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json["id"] as unknown as string;
  };
  return {
    sandbox,
    source,
    call,
    post,
    page,
    query: (body = {}) => call("POST", `data_sources/${source}/query`, body),
    roundTrip: async (markdown) =>
      (await call("GET", `pages/${await page({}, markdown)}/markdown`)).json["markdown"] as unknown as string,
  };
}

export function title(content: string): object {
  return { title: [{ text: { content } }] };
}

function parse(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}
