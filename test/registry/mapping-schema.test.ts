import { describe, expect, it } from "vitest";
import { mappingSchema } from "../../src/registry/mapping-schema.ts";

describe("a mapping's fields", () => {
  it("are ours, and what else a tool keeps in a field of its own", () => {
    const fields = { estimate: "Punkte", type: "Art", sync_key: "Schlüssel", project: "Projekt" };
    expect(mappingSchema.parse({ fields })).toEqual({ fields });
    expect(mappingSchema.safeParse({ fields: { sync_kee: "Schlüssel" } }).success).toBe(false);
  });
});
