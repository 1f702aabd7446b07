/** The tracker's answers, as far as we use them. */
import { z } from "zod";

const named = z.looseObject({ id: z.string(), name: z.string() });
const person = z.looseObject({ id: z.string(), name: z.string(), email: z.string().nullable(), active: z.boolean() });

export const space = z.looseObject({
  space: z.string(),
  states: z.looseObject({ epic: z.array(named), story: z.array(named), task: z.array(named) }),
  people: z.array(person),
  cycles: z.array(named),
});
export type MemorySchema = z.output<typeof space>;

export const item = z.looseObject({
  ref: z.string(),
  key: z.string(),
  kind: z.enum(["epic", "story", "task"]),
  marker: z.string().nullable(),
  title: z.string(),
  text: z.string(),
  state: z.string(),
  rank: z.string().nullable(),
  points: z.number().nullable(),
  tags: z.array(z.string()),
  deadline: z.string().nullable(),
  parent: z.string().nullable(),
  owner: z.string().nullable(),
  reviewer: z.string().nullable(),
  cycle: z.string().nullable(),
  branch: z.string().nullable(),
  links: z.array(z.string()),
  category: z.string().nullable(),
  updated: z.string(),
  version: z.number(),
  archived: z.boolean(),
  changes: z.record(z.string(), z.string()),
});
export type ItemAnswer = z.output<typeof item>;

export const itemPage = z.looseObject({ items: z.array(item), next: z.string().nullish() });
export const refusal = z.looseObject({ message: z.string(), fields: z.record(z.string(), z.string()).optional() });
export const created = z.looseObject({
  results: z.array(z.looseObject({ item: item.optional(), error: refusal.optional() })),
});
