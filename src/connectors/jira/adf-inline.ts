/** The inline half of Markdown to ADF: flat text nodes with marks. */
import type { Nodes, PhrasingContent } from "mdast";
import type { AdfMark, AdfNode } from "./adf.ts";
import { MARK_TAGS, OPAQUE_PREFIX } from "./adf-names.ts";
import { inlineOf, markOf } from "./adf-verbatim.ts";

export function inlineNodes(children: readonly PhrasingContent[]): AdfNode[] {
  return joined(flat(children, []));
}

/** A text node; none for an empty text, which ADF does not allow. */
export function textNodes(text: string, marks: readonly AdfMark[] = []): AdfNode[] {
  const line = text.replace(/\s*\n\s*/g, " ");
  return line === "" ? [] : [{ type: "text", text: line, ...(marks.length ? { marks } : {}) }];
}

function flat(children: readonly PhrasingContent[], marks: readonly AdfMark[]): AdfNode[] {
  const out: AdfNode[] = [];
  for (let at = 0; at < children.length; at++) {
    const child = children[at];
    if (!child) break;
    const mark = child.type === "html" ? openedMark(child.value) : undefined;
    const end = mark ? closing(children, at, mark.tag) : -1;
    if (mark && end > at) {
      out.push(...flat(children.slice(at + 1, end), withMark(marks, mark.mark)));
      at = end;
    } else {
      out.push(...one(child, marks));
    }
  }
  return out;
}

function one(node: PhrasingContent, marks: readonly AdfMark[]): AdfNode[] {
  switch (node.type) {
    case "text":
      return textNodes(node.value, marks);
    case "emphasis":
      return flat(node.children, withMark(marks, { type: "em" }));
    case "strong":
      return flat(node.children, withMark(marks, { type: "strong" }));
    case "delete":
      return flat(node.children, withMark(marks, { type: "strike" }));
    case "inlineCode":
      return codeSpan(node.value, marks);
    case "break":
      return [{ type: "hardBreak" }];
    case "link":
      return link(node, marks);
    case "image":
      return textNodes(
        node.alt || node.url,
        node.url ? withMark(marks, { type: "link", attrs: { href: node.url } }) : marks,
      );
    case "html":
      return /^<br\s*\/?>$/i.test(node.value) ? [{ type: "hardBreak" }] : textNodes(node.value, marks);
    case "footnoteReference":
      return textNodes(`[^${node.label ?? node.identifier}]`, marks);
    default:
      return [];
  }
}

/** Only a link may go with code; that is ADF's rule. */
function codeSpan(value: string, marks: readonly AdfMark[]): AdfNode[] {
  const restored = value.startsWith(OPAQUE_PREFIX) ? inlineOf(value.slice(OPAQUE_PREFIX.length)) : undefined;
  if (restored) return [restored];
  return textNodes(value, [...marks.filter((mark) => mark.type === "link"), { type: "code" }]);
}

function link(node: Extract<Nodes, { type: "link" }>, marks: readonly AdfMark[]): AdfNode[] {
  const account = /^accountid:(.+)$/.exec(node.url)?.[1];
  const text = flat(node.children, [])
    .map((child) => child.text ?? "")
    .join("");
  if (account) return [{ type: "mention", attrs: { id: account, text } }];
  if (node.url === "") return flat(node.children, marks);
  const title = node.title ? { title: node.title } : {};
  const mark: AdfMark = { type: "link", attrs: { href: node.url, ...title } };
  return flat(node.children, withMark(marks, mark));
}

function withMark(marks: readonly AdfMark[], mark: AdfMark): readonly AdfMark[] {
  return marks.some((other) => other.type === mark.type) ? marks : [...marks, mark];
}

/** `<u>`, `<sub>`, `<sup>`, or the span that keeps a mark Markdown has no word for. */
function openedMark(html: string): { readonly tag: string; readonly mark: AdfMark } | undefined {
  const named = MARK_TAGS.find(({ tag }) => html.toLowerCase() === `<${tag}>`);
  if (named) return { tag: named.tag, mark: named.mark };
  const kept = /^<span data-adf='([^']*)'>$/.exec(html)?.[1];
  const json = kept?.replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  const mark = json === undefined ? undefined : markOf(json);
  return mark && { tag: "span", mark };
}

function closing(children: readonly PhrasingContent[], from: number, tag: string): number {
  let depth = 0;
  for (const [at, child] of children.entries()) {
    if (at < from || child.type !== "html") continue;
    const html = child.value.toLowerCase();
    if (html === `<${tag}>` || html.startsWith(`<${tag} `)) depth += 1;
    else if (html === `</${tag}>` && --depth === 0) return at;
  }
  return -1;
}

function joined(nodes: readonly AdfNode[]): AdfNode[] {
  const out: AdfNode[] = [];
  for (const node of nodes) {
    const last = out.at(-1);
    const joins =
      node.type === "text" && last?.type === "text" && JSON.stringify(last.marks) === JSON.stringify(node.marks);
    if (joins) out[out.length - 1] = { ...last, text: (last.text ?? "") + (node.text ?? "") };
    else out.push(node);
  }
  return out;
}
