/** Ids of Notion, as people copy them: with dashes or without, or as the end of an address. */

/** The id as the API tells it; undefined where the text holds none. */
export function notionId(text: string): string | undefined {
  const address = text.trim().split(/[?#]/)[0] ?? "";
  const [digits] = /[0-9a-f]{32}$/i.exec(address.replace(/-/g, "")) ?? [];
  return digits?.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * A property's id as bodies of requests take it (`J@cT`): answers tell it percent-encoded.
 * https://developers.notion.com/reference/update-data-source-properties
 */
export function plainId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
