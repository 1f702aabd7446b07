/** The pages behind issue and project URLs, so that a link in a report or a comment opens. */
import { html } from "hono/html";
import type { LinearStore } from "./store.ts";
import { slugIdOf } from "./scalars.ts";

export async function pageOf(store: LinearStore, path: string): Promise<Response> {
  const [, , kind, slug] = path.split("/");
  const issue = kind === "issue" ? store.findIssue(slug ?? "") : undefined;
  const found = [...store.projects.values()].find((one) => kind === "project" && slug?.endsWith(slugIdOf(one)));
  if (issue) {
    const state = store.states.get(issue.stateId)?.name ?? "";
    return page(`${store.identifier(issue)} ${issue.title}`, [state, issue.description ?? ""]);
  }
  if (found) return page(found.name, [store.projectStatuses.get(found.statusId)?.name ?? "", found.content ?? ""]);
  const rows = [...store.issues.values()].filter((one) => one.archivedAt === null);
  return page(
    store.organization.name,
    rows.map((one) => `${store.identifier(one)} ${one.title}`),
    kind === undefined ? 200 : 404,
  );
}

async function page(title: string, paragraphs: readonly string[], status = 200): Promise<Response> {
  const body = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
      </head>
      <body>
        <h1>${title}</h1>
        ${paragraphs.map((text) => html`<pre style="white-space: pre-wrap">${text}</pre>`)}
        <p>Stand-in of Linear, for demos and tests.</p>
      </body>
    </html>`;
  return new Response(String(body), { status, headers: { "content-type": "text/html; charset=utf-8" } });
}
