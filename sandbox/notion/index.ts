/** A stand-in for Notion's REST API, as hard as the vendor. See `quirks.ts` for how hard. */
import { Clock } from "../kit/clock.ts";
import { Faults, type FaultKind, type FaultRule } from "../kit/faults.ts";
import { RequestLog } from "../kit/request-log.ts";
import { startSandbox, type Classified, type Handled, type Sandbox } from "../kit/sandbox.ts";
import { SpecCheck, type Spec, type SpecOptions } from "../kit/spec-check.ts";
import { notionApp, TOKEN } from "./app.ts";
import { humanAction } from "./human.ts";
import type { User } from "./model.ts";
import { ALL_QUIRKS, type Quirks } from "./quirks.ts";
import { rateLimited } from "./rate.ts";
import { Refusal } from "./refusal.ts";
import { NotionWorkspace, type DatabaseSetup, type PropertySetup } from "./workspace.ts";

export interface NotionSandboxOptions {
  /** One database with all usual properties where absent. */
  readonly databases?: readonly DatabaseSetup[];
  /** People beside the connection's own bot. */
  readonly users?: readonly Omit<User, "id">[];
  readonly clock?: Clock;
  readonly port?: number;
  /** Quirks to switch off; all are on where absent. */
  readonly quirks?: Partial<Quirks>;
  /** Published OpenAPI document to hold every exchange against. */
  readonly spec?: URL;
}

export interface NotionSandbox extends Sandbox {
  readonly workspace: NotionWorkspace;
  readonly spec: SpecCheck;
  /** Values for the connector's env variables. */
  readonly credentials: { readonly NOTION_API_KEY: string; readonly NOTION_BASE_URL: string };
  /** Ids of the databases, in the order they were asked for. */
  readonly databases: readonly string[];
}

export const USUAL_PROPERTIES: readonly PropertySetup[] = [
  { name: "Name", type: "title" },
  { name: "Type", type: "select", options: ["Epic", "Story", "Task"] },
  { name: "Sync key", type: "rich_text" },
  {
    name: "Status",
    type: "status",
    groups: {
      "To-do": ["To Do"],
      "In progress": ["In Progress", "In Review", "Blocked"],
      Complete: ["Done", "Cancelled", "Won't Do"],
    },
  },
  { name: "Priority", type: "select", options: ["P1", "P2", "P3"] },
  { name: "Story Points", type: "number" },
  { name: "Labels", type: "multi_select" },
  { name: "Target Date", type: "date" },
  { name: "Parent", type: "relation" },
  { name: "Assignee", type: "people" },
  { name: "Sprint", type: "select", options: ["Sprint 7", "Sprint 8"] },
  { name: "Branch", type: "rich_text" },
  { name: "PR", type: "url" },
  { name: "QA", type: "people" },
  { name: "ID", type: "unique_id" },
  { name: "Age", type: "formula" },
  { name: "Created", type: "created_time" },
  { name: "Edited by", type: "last_edited_by" },
  { name: "Files", type: "files" },
];

const BOT: Omit<User, "id"> = { name: "Sync", email: null, kind: "bot" };
const PEOPLE: readonly Omit<User, "id">[] = [
  { name: "Ada Lovelace", email: "ada@example.com", kind: "person" },
  { name: "Grace Hopper", email: null, kind: "person" },
  { name: "Sam Lee", email: "sam.a@example.com", kind: "person" },
  { name: "Sam Lee", email: "sam.b@example.com", kind: "person" },
  { name: "Guest Reader", email: "guest@example.com", kind: "guest" },
];

/** Starts a workspace with these databases on loopback. */
export async function startNotionSandbox(options: NotionSandboxOptions = {}): Promise<NotionSandbox> {
  const clock = options.clock ?? new Clock();
  const faults = new Faults();
  const quirks = { ...ALL_QUIRKS, ...options.quirks };
  const workspace = new NotionWorkspace(clock, quirks, [BOT, ...(options.users ?? PEOPLE)]);
  for (const database of options.databases ?? [{ name: "Delivery" }]) workspace.addDatabase(database, USUAL_PROPERTIES);
  const spec = new SpecCheck(options.spec, SPEC_OPTIONS);
  const sandbox = await startSandbox({
    name: "notion",
    app: notionApp(workspace, faults),
    clock,
    faults,
    log: new RequestLog(),
    ...(options.port === undefined ? {} : { port: options.port }),
    classify,
    human: (action) => humanAction(workspace, action),
    refusals: refusalsOf(quirks),
    onExchange: (record) => spec.check(record),
  });
  const credentials = { NOTION_API_KEY: TOKEN, NOTION_BASE_URL: sandbox.url };
  const databases = workspace.databases.map(({ id }) => id);
  return Object.assign(sandbox, { workspace, spec, credentials, databases });
}

/** `POST data_sources/{id}/query`: the path below the API's root with its ids replaced. */
function classify(method: string, path: string): Classified {
  const operation = `${method} ${path.replace(/^\/v1\//, "").replace(/[0-9a-f-]{32,36}/g, "{id}")}`;
  return { operation, write: method !== "GET" && !operation.endsWith("/query") };
}

/** The document describes 200 and 400; and sorts by a property only, though the SDK's types and the guide have timestamps. */
export const SPEC_OPTIONS: SpecOptions = {
  prefix: "/v1/",
  undescribed: (status) => status > 400,
  mend(spec: Spec) {
    const { components } = spec as unknown as { components: { schemas: { sortObject: { required: string[] } } } };
    components.schemas.sortObject.required = ["direction"];
  },
};

function refusalsOf(quirks: Quirks): Partial<Record<FaultKind, (rule: FaultRule, handled?: Handled) => Response>> {
  const retry = ({ retryAfterSeconds: seconds }: FaultRule): Record<string, string> =>
    seconds === undefined ? {} : { "retry-after": String(seconds) };
  return {
    "rate-limited": (rule) => rateLimited(rule.retryAfterSeconds ?? 30),
    "server-error": () => new Refusal(500, "internal_server_error", "Unexpected error.").answer(),
    "unavailable-after": (rule, handled) =>
      new Refusal(
        503,
        "service_unavailable",
        "Public API service is temporarily unavailable, please try again later.",
        savedBy(quirks, handled),
      ).answer(retry(rule)),
  };
}

/** What Notion says of a write that it saved and could not answer (October 2026). */
function savedBy({ committed }: Quirks, handled: Handled | undefined): Record<string, unknown> | undefined {
  if (!committed || !handled || handled.method === "GET" || handled.status !== 200) return undefined;
  const guidance = { retry_guidance: ["Read the object again", "Do not repeat the write"] };
  const isCreate = handled.method === "POST" && handled.path === "/v1/pages";
  if (!isCreate) return handled.method === "PATCH" ? guidance : undefined;
  return { committed_resource_id: (JSON.parse(handled.answer) as { id: string }).id, ...guidance };
}
