/**
 * One spelling for every Markdown text. Vendors rewrite what they store (bullets, emphasis, autolinks,
 * blanks), so texts are compared and exchanged in this canonical form only: two spellings of one
 * document have one canonical form, and it is its own canonical form.
 */
import type { Definition, ListItem, Nodes, Parents, PhrasingContent, Root, RootContent, Text } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkStringify from "remark-stringify";
import { unified, type Processor } from "unified";

const MAX_ROUNDS = 8;

const parser = unified().use(remarkParse).use(remarkGfm).use(boxesOfItems).freeze();
const printer = unified()
  .use(remarkGfm, { tablePipeAlign: false })
  .use(remarkStringify, {
    bullet: "-",
    bulletOther: "*",
    bulletOrdered: ".",
    emphasis: "*",
    strong: "*",
    fence: "`",
    fences: true,
    rule: "-",
    listItemIndent: "one",
    incrementListMarker: true,
    resourceLink: false,
    quote: '"',
    handlers: {
      text(node: Text, _parent, state, info) {
        return withoutNeedlessEscapes(state.safe(node.value, info));
      },
    },
  })
  .freeze();

/** Characters of the texts whose forms are remembered: those of one project are compared over and over, and parsing is most of it. */
const REMEMBERED = 1_000_000;
const forms = new Map<string, string>();
let remembered = 0;

/** The canonical form: LF ends, no trailing newline, one style; `""` for a blank text. Total: every string has one. */
export function canonicalMarkdown(text: string): string {
  const known = forms.get(text);
  if (known !== undefined) return known;
  const form = canonicalForm(text);
  forms.set(text, form);
  remembered += text.length + form.length;
  for (const [oldest, its] of forms) {
    if (remembered <= REMEMBERED) break;
    forms.delete(oldest);
    remembered -= oldest.length + its.length;
  }
  return form;
}

function canonicalForm(text: string): string {
  const seen: string[] = [];
  let current = printMarkdown(parseMarkdown(text));
  while (!seen.includes(current)) {
    if (seen.length >= MAX_ROUNDS) return plainForm(text);
    seen.push(current);
    current = printMarkdown(parseMarkdown(current));
  }
  // Nearly always a cycle of one; of a longer one every member must name the same form.
  return seen.slice(seen.indexOf(current)).sort()[0] ?? current;
}

/** Parses CommonMark with GFM and brings the tree into canonical shape (no references, no soft breaks, tight lists). */
export function parseMarkdown(text: string): Root {
  const root = parser.parse(text.replace(/\r\n?/g, "\n"));
  normalize(root, definitions(root));
  return root;
}

/** Prints a tree in the canonical style, without a trailing newline. The tree is normalised in place. */
export function printMarkdown(root: Root): string {
  normalize(root, new Map());
  return printer
    .stringify(withBareLinks(root))
    .replace(/[ \t]+$/gm, "")
    .replace(/^\n+|\n+$/g, "");
}

/**
 * A box makes a task only in a list item. GFM's parser also takes one at the start of the paragraph that
 * ends an empty item (`-` and on the next line `[x] word`), and then loses it; there it is text.
 */
function boxesOfItems(this: Processor): void {
  const extensions = (this.data().fromMarkdownExtensions ??= []);
  extensions.push({
    exit: {
      taskListCheck(token) {
        const box = this.sliceSerialize(token);
        const item = this.stack.at(-2);
        if (item?.type === "listItem") {
          item.checked = /x/i.test(box);
          return;
        }
        this.enter({ type: "text", value: box }, token);
        this.exit(token);
      },
      taskListCheckValueChecked() {},
      taskListCheckValueUnchecked() {},
    },
  });
}

/** For texts that no number of rounds settles: blanks trimmed, nothing else touched. */
function plainForm(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[ \t]+$/gm, "")
    .replace(/^\n+|\n+$/g, "");
}

/** An underscore inside a word never emphasises, so `snake_case` stays readable. */
function withoutNeedlessEscapes(text: string): string {
  return text.replace(/(?<=[\p{L}\p{N}])\\_(?=[\p{L}\p{N}])/gu, "_");
}

/** Targets by identifier, of those that are referred to; others stay where they are, as text of the author. */
function definitions(root: Root): Map<string, Definition> {
  const used = new Set<string>();
  visit(root, (node) => {
    if (node.type === "linkReference" || node.type === "imageReference") used.add(node.identifier);
  });
  const found = new Map<string, Definition>();
  visit(root, (node) => {
    if (node.type === "definition" && used.has(node.identifier) && !found.has(node.identifier))
      found.set(node.identifier, node);
  });
  return found;
}

function visit(node: Nodes, see: (node: Nodes) => void): void {
  see(node);
  if ("children" in node) for (const child of node.children) visit(child, see);
}

function normalize(node: Parents, targets: ReadonlyMap<string, Definition>): void {
  const children = (node.children as RootContent[])
    .map((child) => resolved(child, targets))
    .filter((child) => child.type !== "definition" || !targets.has(child.identifier));
  node.children = children as never;
  if (node.type === "blockquote") keepAlertLine(node);
  for (const child of node.children as RootContent[]) if ("children" in child) normalize(child, targets);
  node.children = joinedTexts((node.children as RootContent[]).filter((child) => !isEmpty(child))) as never;
  unwrapLines(node);
  if (node.type === "table") node.align = (node.align ?? []).map(() => null);
  if (node.type === "list") node.spread = false;
  if (node.type === "listItem") node.spread = isLoose(node);
  if (node.type === "paragraph" || node.type === "heading" || node.type === "tableCell") trimEdges(node.children);
}

/** Reference links and images become inline ones, so that a paragraph stands by itself. */
function resolved(node: RootContent, targets: ReadonlyMap<string, Definition>): RootContent {
  if (node.type !== "linkReference" && node.type !== "imageReference") return node;
  const target = targets.get(node.identifier);
  if (!target) return node;
  const { url, title } = target;
  if (node.type === "linkReference") return { type: "link", url, title: title ?? null, children: node.children };
  return { type: "image", url, title: title ?? null, alt: node.alt ?? null };
}

function isEmpty(node: RootContent): boolean {
  if (node.type === "text") return node.value === "";
  const hollow = ["paragraph", "emphasis", "strong", "delete", "blockquote", "list"];
  return hollow.includes(node.type) && "children" in node && node.children.length === 0;
}

function joinedTexts(children: readonly RootContent[]): RootContent[] {
  const joined: RootContent[] = [];
  for (const child of children) {
    const last = joined.at(-1);
    if (child.type === "text" && last?.type === "text") last.value += child.value;
    else joined.push(child.type === "text" ? { type: "text", value: child.value } : child);
  }
  return joined;
}

/** A line end inside a paragraph means a blank; only `\` + newline is a break. */
function unwrapLines(node: Parents): void {
  for (const child of node.children) {
    if (child.type === "text") child.value = child.value.replace(/[ \t]*\n[ \t]*/g, " ");
  }
}

function trimEdges(children: PhrasingContent[]): void {
  while (children[0]?.type === "break") children.shift();
  while (children.at(-1)?.type === "break") children.pop();
  const [first, last] = [children[0], children.at(-1)];
  if (first?.type === "text") first.value = first.value.replace(/^[ \t\n]+/, "");
  if (last?.type === "text") last.value = last.value.replace(/[ \t\n]+$/, "");
  for (const [at, child] of children.entries()) {
    if (child.type !== "break") continue;
    const [before, after] = [children[at - 1], children[at + 1]];
    if (before?.type === "text") before.value = before.value.replace(/[ \t]+$/, "");
    if (after?.type === "text") after.value = after.value.replace(/^[ \t]+/, "");
  }
  if (first?.type === "text" && first.value === "") children.shift();
  if (children.length > 0 && last?.type === "text" && last.value === "") children.pop();
}

/** Blank lines inside an item only where its blocks would run together without them. */
function isLoose(item: ListItem): boolean {
  const [first, ...rest] = item.children;
  return rest.length > 0 && !(first?.type === "paragraph" && rest.length === 1 && rest[0]?.type === "list");
}

/** `[!NOTE]` makes an alert only on a line of its own. */
function keepAlertLine(quote: Extract<Parents, { type: "blockquote" }>): void {
  const head = quote.children[0];
  const text = head?.type === "paragraph" ? head.children[0] : undefined;
  if (head?.type !== "paragraph" || text?.type !== "text") return;
  const alert = /^(\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\])[ \t]*(?:\n|$)/.exec(text.value);
  if (!alert?.[1] || (alert[0].length === text.value.length && head.children.length > 1)) return;
  const marker: RootContent = { type: "html", value: alert[1] };
  const rest = text.value.slice(alert[0].length);
  head.children = [...(rest ? [{ ...text, value: rest }] : []), ...head.children.slice(1)];
  if (head.children.length === 0) quote.children.shift();
  quote.children.unshift({ type: "paragraph", children: [marker] });
}

const PLAIN_URL = /^https?:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/[\w/.~%=&?#+,@!-]*)?$/i;

/** Web addresses that name themselves are printed bare where nothing touches them; others as `<...>`. */
function withBareLinks(root: Root): Root {
  return { ...root, children: root.children.map((child) => bareLinks(child)) as RootContent[] };
}

function bareLinks<N extends Nodes>(node: N): N {
  if (!("children" in node)) return node;
  const siblings = node.children as Nodes[];
  const children = siblings.map((child, at) =>
    isBare(child, siblings[at - 1], siblings[at + 1]) ? { type: "html", value: child.url } : bareLinks(child),
  );
  return { ...node, children };
}

function isBare(
  node: Nodes,
  before: Nodes | undefined,
  after: Nodes | undefined,
): node is Extract<Nodes, { type: "link" }> {
  if (node.type !== "link" || node.title || node.children.length !== 1) return false;
  const [label] = node.children;
  if (label?.type !== "text" || label.value !== node.url) return false;
  if (!PLAIN_URL.test(node.url) || !/[a-z0-9/=]$/i.test(node.url)) return false;
  const clearBefore = before === undefined || (before.type === "text" && /\s$/.test(before.value));
  return clearBefore && (after === undefined || (after.type === "text" && /^\s/.test(after.value)));
}
