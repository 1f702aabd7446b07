/** Makes the properties that a data source lacks. */
import type { UpdateDataSourceParameters } from "@notionhq/client";
import type { MissingPlace, Scope, Setup } from "../contract.ts";
import type { DataSource } from "./answers.ts";
import { notionClient } from "./client.ts";
import { readDataSource } from "./describe.ts";
import { missingProperties } from "./properties.ts";

/** All in one request, which needs the capability "update content". */
export const setup: Setup = {
  async missing(scope) {
    return placesOf(scope, await readNow(scope));
  },
  async make(scope) {
    const source = await readNow(scope);
    const made = missingProperties(source, scope.binding).filter(({ definition }) => definition !== undefined);
    if (made.length === 0) return placesOf(scope, source);
    const properties = Object.fromEntries(made.map(({ name, definition }) => [name, definition]));
    await notionClient(scope).dataSources.update({
      data_source_id: source.id,
      properties: properties as NonNullable<UpdateDataSourceParameters["properties"]>,
    });
    return placesOf(scope, await readNow(scope));
  },
};

/** Not as another project of the credential has read it. */
function readNow({ binding, http, signal }: Scope): Promise<DataSource> {
  return readDataSource({ binding, http, signal });
}

function placesOf({ binding }: Scope, source: DataSource): MissingPlace[] {
  return missingProperties(source, binding).map(({ name, types, required, definition }) => ({
    name: `property "${name}" (${types[0] ?? ""})`,
    required,
    ...(definition === undefined
      ? { obstacle: `a property of another type is called "${name}": rename it, or name another one in mapping.fields` }
      : {}),
  }));
}
