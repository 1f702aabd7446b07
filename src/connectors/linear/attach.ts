/** Pull requests as attachments of an issue. */
import { isSyncFailure } from "../../core/errors.ts";
import type { FieldName, RemoteItem, ToolValues } from "../../core/model.ts";
import type { SchemaScope } from "../contract.ts";
import { attached } from "./answers.ts";
import { execute } from "./client.ts";
import { ATTACH } from "./documents.ts";
import { texts } from "./inputs.ts";
import { twinsOf } from "./twins.ts";

export interface Attached {
  readonly twin: RemoteItem;
  readonly refused: { readonly [F in FieldName]?: string };
}

/** Attaches the URLs of `fields.pr` that the twin lacks; the attachment is an upsert by URL, so a repeat adds nothing. */
export async function attachPullRequests(scope: SchemaScope, twin: RemoteItem, fields: ToolValues): Promise<Attached> {
  let current = twin;
  for (const url of texts(fields.pr)) {
    const urls = texts(current.fields.pr);
    if (urls.includes(url)) continue;
    try {
      const input = { issueId: twin.ref, url, title: titleOf(url) };
      const answer = await execute(scope, ATTACH, { input }, attached);
      const [shown] = await twinsOf(scope, [answer.attachmentCreate.attachment.issue], []);
      // The listing shows the first attachments only; this one was acknowledged by itself.
      const pr = [...new Set([...texts(shown?.fields.pr), answer.attachmentCreate.attachment.url])].sort();
      if (shown) current = { ...shown, fields: { ...shown.fields, pr } };
    } catch (error) {
      if (!isSyncFailure(error, "Rejected")) throw error;
      return { twin: current, refused: { pr: error.message } };
    }
  }
  return { twin: current, refused: {} };
}

/** `acme/checkout#77` for the usual forges, else the URL. */
function titleOf(url: string): string {
  const [, repository, number] =
    /^https?:\/\/[^/]+\/(.+?)(?:\/-)?\/(?:pull|pulls|merge_requests|pull-requests)\/(\d+)/.exec(url) ?? [];
  return repository && number ? `${repository}#${number}` : url;
}
