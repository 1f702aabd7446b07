/** Shape of `registry/clients/<CODE>.yaml`: which tools a client uses, where they are, who its people are. */
import { z } from "zod";
import { mappingSchema } from "./mapping-schema.ts";
import { businessHoursSchema } from "./sync-config-schema.ts";
import { plainText, strictShape } from "./strict-shape.ts";

const ENV_REFERENCE = /^\$\{[A-Z][A-Z0-9_]*\}$/;
const SECRET_KEY = /token|secret|password|credential|api_?key|private_?key/i;

/** Never quotes the value: it may be the secret itself. */
const connectionSchema = z.record(z.string(), plainText().nullable()).superRefine((connection, context) => {
  for (const [key, value] of Object.entries(connection)) {
    if (value === null || !SECRET_KEY.test(key) || ENV_REFERENCE.test(value)) continue;
    const message = "a secret never stands in this file: name an environment variable, as in ${JIRA_API_TOKEN}";
    context.addIssue({ code: "custom", path: [key], message });
  }
});

/** A person, by every name that a hub may use, and the account (id or e-mail) in each tool. */
const personSchema = z
  .object({
    email: z.string().regex(/^[^\s@]+@[^\s@]+$/, "not an e-mail address"),
    name: z.string().optional(),
    /** Other spellings found in hub files (`ana`). */
    aliases: z.array(plainText()).optional(),
  })
  .catchall(plainText());

export const clientFileSchema = strictShape({
  client: strictShape({ code: plainText(), name: z.string().optional() }),
  language: z.string().optional(),
  bilingual: z.boolean().optional(),
  /** Capability to one tool key, or to several. */
  tools: z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])).default({}),
  connections: z.record(z.string(), connectionSchema).default({}),
  people: z.array(personSchema).default([]),
  business_hours: businessHoursSchema.optional(),
  /** Planning of each sprint is synced to the tools on its first day. */
  sprint: strictShape({
    start: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day is like "2026-11-23"'),
    length_days: z.number().int().min(1).max(60),
  }).optional(),
  /** By tool key. */
  mapping: z.record(z.string(), mappingSchema).default({}),
});
export type ClientFile = z.output<typeof clientFileSchema>;
export type Person = ClientFile["people"][number];
