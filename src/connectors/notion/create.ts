/** Creates, exactly once: the sync key is a property of the new page, so a lost answer costs a query and no second twin. */
import type { CreatePageParameters } from "@notionhq/client";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { ItemType, RemoteItem, ToolValues } from "../../core/model.ts";
import { afterwards, attempt, doubting } from "../attempts.ts";
import type { CreateRequest, ReportBegun, ReportOutcome, SchemaScope } from "../contract.ts";
import { rowOf } from "../../core/maps.ts";
import { bestNamed } from "../status-choice.ts";
import { marker } from "../sync-key.ts";
import type { NotionPage } from "./answers.ts";
import { readBody, type Body } from "./body.ts";
import { notionClient } from "./client.ts";
import { toNotion } from "./dialect-write.ts";
import { SavedUnshown } from "./failure.ts";
import { pageIn, readPage, readTwin } from "./read.ts";
import { lookUp, SETTLE_MS, type LookUp } from "./recover.ts";
import { notionSchema } from "./schema.ts";
import { twinOf } from "./twin.ts";
import { optionInput, propertyInputs, textInput } from "./values.ts";
import { blaming } from "./write-properties.ts";

/** Makes every twin and reports each as soon as it is known; parents must come in earlier requests of the list. */
export async function create(
  scope: SchemaScope,
  requests: readonly CreateRequest[],
  report: ReportOutcome,
  tellBegun?: ReportBegun,
): Promise<void> {
  const untold = requests.filter(({ recover, begun }) => recover && begun === undefined);
  const creating = { scope, lost: await lookUp(scope, untold), begun: tellBegun };
  for (const request of requests) {
    const { id, begun } = request;
    const page = begun === undefined ? creating.lost.pageOf(request.syncKey) : await readPage(scope, begun);
    if (page) await report({ id, kind: "done", twin: await readTwin(scope, page), refused: {} });
    else await report(await doubting([id], () => createOne(creating, request)));
  }
}

interface Creating {
  readonly scope: SchemaScope;
  readonly lost: LookUp;
  readonly begun: ReportBegun | undefined;
}

async function createOne(creating: Creating, request: CreateRequest): ReturnType<typeof attempt> {
  const { type } = request;
  if (type === "project") {
    const message = "the project's page is named by external_sync.notion.page_id and never made";
    return { id: request.id, kind: "rejected", message };
  }
  if (request.fields.title === undefined || request.fields.title === "") {
    return { id: request.id, kind: "rejected", message: "a page of the hub's needs a title in Notion" };
  }
  return attempt(request.id, request.fields, ["title"], (fields) => post(creating, { ...request, type }, fields));
}

type WorkRequest = CreateRequest & { readonly type: Exclude<ItemType, "project"> };

async function post(
  { scope, lost, begun }: Creating,
  request: WorkRequest,
  fields: ToolValues,
): Promise<RemoteItem | undefined> {
  const schema = notionSchema(scope.schema);
  const text = typeof fields.description === "string" ? toNotion(fields.description) : "";
  const body: CreatePageParameters = {
    parent: { type: "data_source_id", data_source_id: schema.dataSource },
    properties: {
      ...propertyInputs(schema, request.type, fields),
      ...ownProperties(scope, request),
    } as NonNullable<CreatePageParameters["properties"]>,
    ...(text === "" ? {} : { markdown: text }),
  };
  const made = await blaming(schema, request.type, fields, () => sent(scope, body));
  const page = await afterwards(() => lost.proven(request, made));
  await begun?.(request.id, page.id);
  // Notion rewrites what it is given; and what was made earlier may have a text of its own.
  const isEmpty = text === "" && page.id === made.id;
  const held: Body = isEmpty ? null : await afterwards(() => readBody(scope, page.id));
  return twinOf(scope, page, held);
}

/** A create that was saved and could not be shown is read; any other without an answer is the caller's to recover. */
async function sent(scope: SchemaScope, body: CreatePageParameters): Promise<NotionPage> {
  try {
    return pageIn(await notionClient(scope).pages.create(body));
  } catch (error) {
    const saved = error instanceof SavedUnshown && error.created !== undefined && (await shown(scope, error.created));
    if (saved) return saved;
    if (!isSyncFailure(error) || !error.details.outcomeUnknown) throw error;
    const retryAfterMs = Math.max(SETTLE_MS, error.details.retryAfterMs ?? 0);
    throw new SyncFailure(error.code, error.message, { ...error.details, retryAfterMs }, error);
  }
}

/** Whatever keeps it from being read, a limit as well: it stands. */
async function shown(scope: SchemaScope, created: string): Promise<NotionPage | null> {
  try {
    return await readPage(scope, created);
  } catch (error) {
    if (!isSyncFailure(error)) throw error;
    throw new SyncFailure(error.code, error.message, { ...error.details, outcomeUnknown: true }, error);
  }
}

/** What makes the page one of ours, of its type, and of its project. */
function ownProperties({ binding, schema }: SchemaScope, { type, syncKey }: WorkRequest): Record<string, object> {
  const { sync_key: key, type: kind, project } = notionSchema(schema).properties;
  const names = rowOf(binding.maps.type, type)?.names ?? [];
  const option = bestNamed(kind?.options ?? [], names)[0]?.name ?? names[0] ?? type;
  return {
    ...(key ? { [key.id]: { rich_text: textInput(marker(syncKey)) } } : {}),
    ...(kind ? { [kind.id]: { select: optionInput(kind, option) } } : {}),
    ...(project
      ? {
          [project.id]:
            project.type === "select"
              ? { select: optionInput(project, binding.project) }
              : { rich_text: textInput(binding.project) },
        }
      : {}),
  };
}
