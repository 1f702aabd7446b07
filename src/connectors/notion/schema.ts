/** What `describe` learned about one data source and its people. JSON. */
import { SyncFailure } from "../../core/errors.ts";
import type { FieldName } from "../../core/model.ts";
import type { ToolSchema } from "../contract.ts";

/** What a property of the data source is for: a canonical field, or what we need to tell twins apart. */
export type Role = FieldName | "type" | "sync_key" | "project";

export interface NotionOption {
  readonly id: string;
  readonly name: string;
  /** Name of the status group, of options of a status. */
  readonly group?: string;
}
export interface NotionProperty {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly options?: readonly NotionOption[];
}
export type Properties = { readonly [R in Role]?: NotionProperty };

/** Of fields that the binding keeps where they cannot be, why. */
export type Misplaced = { readonly [F in FieldName]?: string };

export interface NotionUser {
  readonly id: string;
  readonly name: string;
  /** Null where the connection may not see it. */
  readonly email: string | null;
  readonly isBot: boolean;
}

export interface NotionSchema {
  /** Id of our own user: what it created, we created. */
  readonly me: string;
  readonly dataSource: string;
  readonly properties: Properties;
  readonly misplaced: Misplaced;
  readonly users: readonly NotionUser[];
  /** The page that stands for the project itself, with what of it is a property. */
  readonly projectPage: {
    readonly id: string;
    readonly properties: Properties;
    readonly misplaced: Misplaced;
  } | null;
}

/** Only this connector writes the schema it gets back, so its shape is known. */
export function notionSchema(schema: ToolSchema): NotionSchema {
  if (typeof schema["dataSource"] !== "string")
    throw new SyncFailure("Bug", "notion: that is no schema of this connector", { tool: "notion" });
  return schema as unknown as NotionSchema;
}
