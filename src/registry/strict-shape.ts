import { z } from "zod";

/**
 * An object that refuses unknown keys and can say which it knows: a misspelt `conflict_resolution` must not
 * silently become the default.
 */
export function strictShape<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  const allowed = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `unknown key [allowed: ${allowed}]` : undefined),
  });
}

/** A string; a bare number is taken as its digits (`team_id: 42`), unless YAML has already rounded it. */
export function plainText(): z.ZodType<string, unknown> {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    if (typeof value === "string" || Number.isSafeInteger(value)) return String(value);
    context.addIssue({ code: "custom", message: "this number loses digits when read; put it in quotes" });
    return z.NEVER;
  });
}
