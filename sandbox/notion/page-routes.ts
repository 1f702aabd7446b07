/** Pages: their properties, their trash and their texts. */
import type { Context, Hono } from "hono";
import { parseBlocks, type Block } from "./markdown.ts";
import type { Page } from "./model.ts";
import { readProperties } from "./properties-in.ts";
import { invalid } from "./refusal.ts";
import { renderMarkdown, renderPage } from "./render.ts";
import { mustBeAbleTo, type NotionWorkspace } from "./workspace.ts";

type Input = Readonly<Record<string, unknown>>;

export function addPageRoutes(app: Hono, workspace: NotionWorkspace): void {
  app.post("/v1/pages", async (c) => {
    mustBeAbleTo(workspace, "insert");
    return c.json(renderPage(workspace, createPage(workspace, await c.req.json<Input>())));
  });
  app.get("/v1/pages/:id", (c) => c.json(renderPage(workspace, workspace.page(c.req.param("id")))));
  app.patch("/v1/pages/:id", async (c) => {
    const page = workspace.page(c.req.param("id"));
    mustBeAbleTo(workspace, "update");
    updatePage(workspace, page, await c.req.json<Input>());
    return c.json(renderPage(workspace, page));
  });
  app.get("/v1/pages/:id/markdown", (c) => markdown(workspace, c));
  app.patch("/v1/pages/:id/markdown", async (c) => {
    const page = workspace.page(c.req.param("id"));
    mustBeAbleTo(workspace, "update");
    replaceText(workspace, page, await c.req.json<Input>());
    return c.json(renderMarkdown(workspace, page));
  });
}

function markdown(workspace: NotionWorkspace, context: Context): Response {
  const page = workspace.page(context.req.param("id") ?? "");
  mustBeAbleTo(workspace, "content");
  return context.json(renderMarkdown(workspace, page));
}

function createPage(workspace: NotionWorkspace, { parent, properties, markdown: text, children }: Input): Page {
  const { data_source_id: id } = (parent ?? {}) as { readonly data_source_id?: string };
  if (id === undefined)
    throw invalid("body failed validation: body.parent.data_source_id should be defined, instead was `undefined`.");
  if (children !== undefined) throw invalid("this stand-in takes the text of a page as markdown only");
  const source = workspace.source(id);
  const values = readProperties(workspace, source, (properties ?? {}) as Input);
  const blocks = typeof text === "string" ? parseBlocks(text, workspace.quirks) : [];
  return workspace.create(source, values, blocks, workspace.bot.id);
}

const KNOWN = new Set(["properties", "in_trash", "icon", "cover"]);

function updatePage(workspace: NotionWorkspace, page: Page, input: Input): void {
  const foreign = Object.keys(input).find((key) => !KNOWN.has(key));
  if (foreign !== undefined) throw invalid(`body failed validation: this stand-in does not support body.${foreign}`);
  const { properties, in_trash: inTrash } = input;
  if (properties !== undefined && page.trashed && workspace.quirks.trashFrozen)
    throw invalid(
      "Can't edit page on block with an archived ancestor. You must unarchive the ancestor before editing page.",
    );
  const source = page.source === undefined ? undefined : workspace.sources.get(page.source);
  const values = readProperties(workspace, source, (properties ?? {}) as Input);
  if (typeof inTrash === "boolean") page.trashed = inTrash;
  workspace.edit(page, { values }, workspace.bot.id);
}

function replaceText(workspace: NotionWorkspace, page: Page, { type, replace_content: replacement }: Input): void {
  const { new_str: text, allow_deleting_content: mayDelete } = (replacement ?? {}) as {
    readonly new_str?: string;
    readonly allow_deleting_content?: boolean;
  };
  if (type !== "replace_content" || typeof text !== "string")
    throw invalid("body failed validation: this stand-in supports body.replace_content only");
  if (page.trashed && workspace.quirks.trashFrozen)
    throw invalid("Can't edit block that is archived. You must unarchive the block before editing.");
  const isKept = ({ id = "" }: Block): boolean => text.includes(id.replace(/-/g, ""));
  const lost = page.blocks.filter((block) => block.kind === "child_page" && !isKept(block));
  if (lost.length > 0 && mayDelete !== true && workspace.quirks.childPages)
    throw invalid(
      `This operation would delete ${lost.length} child page(s) or database(s). To proceed, set allow_deleting_content to true in replace_content.`,
    );
  const kept = page.blocks.filter((block) => block.kind === "child_page" && isKept(block));
  workspace.edit(
    page,
    {
      blocks: [...parseBlocks(text, workspace.quirks).filter(({ text: line }) => !line.startsWith("<page ")), ...kept],
    },
    workspace.bot.id,
  );
}
