/** What a person would see at an issue's address, to open from a report. */
import type { Context } from "hono";
import type { GithubHost } from "./host.ts";

export function pageOf(host: GithubHost, context: Context): Response | Promise<Response> {
  const found = host.named(`${context.req.param("owner")}/${context.req.param("repo")}`);
  const issue = found && host.issueAt(found.repository, Number(context.req.param("number")));
  if (!issue || issue.fate !== "here") return context.html("<h1>Not found</h1>", 404);
  const safe = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const rows = [
    ["State", [issue.state, issue.reason].filter(Boolean).join(", ")],
    ["Labels", host.labelNames(issue).join(", ")],
    ["Assignees", issue.assignees.join(", ")],
    ["Body", issue.body ?? ""],
  ];
  const body = rows
    .map(([name = "", value = ""]) => `<tr><th>${name}</th><td><pre>${safe(value)}</pre></td></tr>`)
    .join("");
  const title = `#${issue.number} ${safe(issue.title)}`;
  return context.html(`<title>${title}</title><h1>${title}</h1><table>${body}</table>`);
}
