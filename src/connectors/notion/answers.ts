/** The parts of Notion's answers that we use; anything else may come and go. */
import { z } from "zod";
import { plainId } from "./ids.ts";

const option = z.looseObject({ id: z.string(), name: z.string() });
const richText = z.array(z.looseObject({ plain_text: z.string() }));
const ids = z.array(z.looseObject({ id: z.string() }));

/** A property of a page. Of types that we do not use only the name is known. */
const propertyValue = z.looseObject({
  id: z.string().transform(plainId),
  type: z.string(),
  title: richText.optional().catch(undefined),
  rich_text: richText.optional().catch(undefined),
  number: z.number().nullish().catch(undefined),
  select: option.nullish().catch(undefined),
  status: option.nullish().catch(undefined),
  multi_select: z.array(option).optional().catch(undefined),
  date: z
    .looseObject({ start: z.string(), end: z.string().nullish(), time_zone: z.string().nullish() })
    .nullish()
    .catch(undefined),
  people: ids.optional().catch(undefined),
  relation: ids.optional().catch(undefined),
  url: z.string().nullish().catch(undefined),
  has_more: z.boolean().optional().catch(undefined),
});
export type PropertyValue = z.output<typeof propertyValue>;

export const PageAnswer = z.looseObject({
  object: z.literal("page"),
  id: z.string(),
  created_time: z.string(),
  last_edited_time: z.string(),
  last_edited_by: z.object({ id: z.string() }).optional(),
  in_trash: z.boolean(),
  is_archived: z.boolean().optional(),
  url: z.string(),
  created_by: z.looseObject({ id: z.string() }),
  parent: z.looseObject({ type: z.string(), data_source_id: z.string().optional() }),
  properties: z.record(z.string(), propertyValue),
});
export type NotionPage = z.output<typeof PageAnswer>;

/** A row may be one that the connection may know of and not read, or a data source. */
export const QueryAnswer = z.looseObject({
  results: z.array(z.looseObject({ object: z.string(), id: z.string() })),
  has_more: z.boolean(),
  next_cursor: z.string().nullish(),
  request_status: z.looseObject({ type: z.string() }).optional(),
});

export const MarkdownAnswer = z.looseObject({
  markdown: z.string(),
  truncated: z.boolean(),
  unknown_block_ids: z.array(z.string()),
});

export const DatabaseAnswer = z.looseObject({
  id: z.string(),
  data_sources: z.array(z.looseObject({ id: z.string(), name: z.string() })).default([]),
});

const optionList = z.looseObject({ options: z.array(option) });
const property = z.looseObject({
  id: z.string().transform(plainId),
  name: z.string(),
  type: z.string(),
  select: optionList.optional().catch(undefined),
  multi_select: optionList.optional().catch(undefined),
  status: optionList
    .extend({ groups: z.array(z.looseObject({ name: z.string(), option_ids: z.array(z.string()) })) })
    .optional()
    .catch(undefined),
  relation: z.looseObject({ data_source_id: z.string() }).optional().catch(undefined),
});
export const DataSourceAnswer = z.looseObject({
  id: z.string(),
  properties: z.record(z.string(), property),
});
export type DataSource = z.output<typeof DataSourceAnswer>;

export const UserAnswer = z.looseObject({
  id: z.string(),
  type: z.string().optional(),
  name: z.string().nullish(),
  person: z.looseObject({ email: z.string().optional() }).optional().catch(undefined),
});
export const UsersAnswer = z.looseObject({
  results: z.array(UserAnswer),
  has_more: z.boolean(),
  next_cursor: z.string().nullish(),
});
