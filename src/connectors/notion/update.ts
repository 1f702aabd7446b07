import type { UpdatePageParameters } from "@notionhq/client";
import type { RemoteItem, ToolValues } from "../../core/model.ts";
import { attempt, without } from "../attempts.ts";
import type { ReportOutcome, SchemaScope, UpdateRequest, WriteOutcome } from "../contract.ts";
import { unraced } from "../race.ts";
import type { NotionPage } from "./answers.ts";
import { bodyNow, bodyOfRow } from "./bodies.ts";
import { lockWords, readBody, writeBody, type Body } from "./body.ts";
import { notionClient } from "./client.ts";
import { SavedUnshown } from "./failure.ts";
import { pageIn, readPage } from "./read.ts";
import { notionSchema } from "./schema.ts";
import { twinOf } from "./twin.ts";
import { propertyInputs } from "./values.ts";
import { blaming } from "./write-properties.ts";

/**
 * Updates twins, each read just before it is written: one PATCH for all its properties, and one for the text where
 * that changes. Notion has neither compare-and-set nor a bulk write, so one after the other keeps the gap short.
 */
export async function update(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
): Promise<void> {
  for (const request of requests) await report(await updateOne(scope, request));
}

async function updateOne(scope: SchemaScope, request: UpdateRequest): Promise<WriteOutcome> {
  const { id } = request;
  const page = await readPage(scope, request.ref);
  if (!page) return { id, kind: "gone" };
  // A text that is to be replaced is read at this moment; another one only where it may have changed since it was listed.
  const isReplaced = request.fields.description !== undefined;
  const present: Present = { page, body: await (isReplaced ? bodyNow(scope, page) : bodyOfRow(scope, page)) };
  const twin = twinOf(scope, page, present.body);
  const { fields, raced } = unraced(request, twin);
  if (Object.keys(fields).length === 0) return { id, kind: "raced", twin };
  const locked = fields.description === undefined ? undefined : lockWords(present.body);
  const free = locked === undefined ? fields : without(fields, ["description"]);
  const outcome = await attempt(id, free, [], (left) => write(scope, request, left, present));
  if (outcome.kind !== "done") return outcome;
  return {
    ...outcome,
    refused: { ...outcome.refused, ...(locked === undefined ? {} : { description: locked }) },
    ...(raced.length > 0 ? { raced } : {}),
  };
}

interface Present {
  readonly page: NotionPage;
  readonly body: Body;
}

/** The text first, so that the page which the properties' write answers is the newest. No fields: the twin as it stands. */
async function write(
  scope: SchemaScope,
  { type, ref }: UpdateRequest,
  fields: ToolValues,
  present: Present,
): Promise<RemoteItem> {
  const schema = notionSchema(scope.schema);
  let { body } = present;
  const text = fields.description as string | null | undefined;
  if (text !== undefined && text !== body) {
    body = await blaming(schema, type, fields, () => savedBody(scope, ref, text));
  }
  const properties = propertyInputs(schema, type, fields, present.page);
  if (Object.keys(properties).length === 0) return twinOf(scope, present.page, body);
  const page = await blaming(schema, type, fields, () => patch(scope, ref, properties));
  return twinOf(scope, page, body);
}

/** What was saved and could not be shown is read; it is never sent again. */
async function savedBody(scope: SchemaScope, page: string, text: string | null): Promise<Body> {
  try {
    return await writeBody(scope, page, text);
  } catch (error) {
    if (error instanceof SavedUnshown) return readBody(scope, page);
    throw error;
  }
}

async function patch(scope: SchemaScope, id: string, properties: object): Promise<NotionPage> {
  try {
    const input = properties as NonNullable<UpdatePageParameters["properties"]>;
    return pageIn(await notionClient(scope).pages.update({ page_id: id, properties: input }));
  } catch (error) {
    const page = error instanceof SavedUnshown ? await readPage(scope, id) : null;
    if (page) return page;
    throw error;
  }
}
