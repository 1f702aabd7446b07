/**
 * Nodes that Markdown cannot say, as JSON in its code, and back. The text may be anybody's, and Jira refuses a
 * whole description for one node that it does not know, so only what is valid at its place becomes a node.
 */
import type { AdfMark, AdfNode } from "./adf.ts";
import { fitsAttributes, isRecord, type Attributes } from "./adf-attributes.ts";
import { MARKS, MARKS_AT, NODES, PLACES, TEXT_MARKS, type BlockPlace, type NodeShape } from "./adf-schema.ts";

/** Inline nodes that Markdown has no word for; text and breaks it has. */
const INLINE = new Set("date emoji inlineCard inlineExtension mediaInline mention placeholder status".split(" "));
const COLOURS = ["textColor", "backgroundColor"];
const MEMBERS = new Set(["type", "attrs", "content", "marks", "text"]);
const PLACE_BOUND = new Set(Object.values(MARKS_AT).flat());

/** Local ids are made anew by every save of Jira's editor; what needs one gets it on the way back. */
export function withoutLocalIds(node: AdfNode): AdfNode {
  const { localId: _, ...attrs } = node.attrs ?? {};
  return {
    type: node.type,
    ...(Object.keys(attrs).length ? { attrs } : {}),
    ...(node.content ? { content: node.content.map(withoutLocalIds) } : {}),
    ...(node.marks ? { marks: node.marks } : {}),
    ...(node.text === undefined ? {} : { text: node.text }),
  };
}

/** A block as the text of its fenced code. */
export function blockJson(node: AdfNode): string {
  return JSON.stringify(withoutLocalIds(node), null, 2);
}

/** The block of a fenced code; undefined where the text is none that may stand there. */
export function blockOf(json: string, place: BlockPlace): AdfNode | undefined {
  const node = parsed(json);
  return isBlockAt(node, place) ? withoutLocalIds(node) : undefined;
}

/** The inline node of a code span. */
export function inlineOf(json: string): AdfNode | undefined {
  const node = parsed(json);
  return isRecord(node) && INLINE.has(String(node["type"])) && isNode(node, "paragraph")
    ? withoutLocalIds(node)
    : undefined;
}

/** The mark of a span. */
export function markOf(json: string): AdfMark | undefined {
  const mark = parsed(json);
  return isSpanMark(mark) ? mark : undefined;
}

/** A colour, for other marks of texts have words of their own. */
export function isSpanMark(mark: unknown): mark is AdfMark {
  return areMarks([mark], COLOURS);
}

export function isBlockAt(node: unknown, place: BlockPlace): node is AdfNode {
  const takes: readonly string[] = PLACES[place];
  return isRecord(node) && takes.includes(String(node["type"])) && isNode(node, place);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isNode(node: unknown, parent: string): node is AdfNode {
  if (!isRecord(node) || !Object.keys(node).every((name) => MEMBERS.has(name))) return false;
  const { type, attrs = {}, content, marks = [], text } = node;
  if (type === "text") return isText(node, parent);
  const shape = typeof type === "string" && Object.hasOwn(NODES, type) ? NODES[type] : undefined;
  if (!shape || !isRecord(attrs) || text !== undefined) return false;
  const { localId: _, ...own } = attrs;
  return (
    alternatives(shape.attrs).some((attributes) => fitsAttributes(own, attributes)) &&
    (node["marks"] === undefined || shape.marks !== undefined) &&
    areMarks(marks, marksAt(shape, parent)) &&
    isContent(content, shape, String(type))
  );
}

function alternatives(attrs: NodeShape["attrs"] = {}): readonly Attributes[] {
  return Array.isArray(attrs) ? (attrs as readonly Attributes[]) : [attrs as Attributes];
}

function marksAt({ marks = [] }: NodeShape, place: string): readonly string[] {
  return marks.filter((mark) => !PLACE_BOUND.has(mark) || MARKS_AT[place]?.includes(mark));
}

function isContent(content: unknown, { content: takes, count, inOrder }: NodeShape, type: string): boolean {
  if (content === undefined) return count === undefined;
  if (!takes || !Array.isArray(content)) return false;
  const [min, max] = count ?? [0, Infinity];
  const types = content.map((child: unknown) => String(isRecord(child) && child["type"]));
  // Jira's own rule beyond the schema.
  const startsWell = type !== "listItem" || !types[0]?.endsWith("List");
  const isTaken = types.every((child, at) => (inOrder ? child === takes[at] : takes.includes(child)));
  return (
    content.length >= min &&
    content.length <= max &&
    startsWell &&
    isTaken &&
    content.every((child) => isNode(child, type))
  );
}

/** Only code has lines. */
function isText(node: Readonly<Record<string, unknown>>, parent: string): boolean {
  const { text, marks = [], attrs, content } = node;
  if (typeof text !== "string" || text === "" || attrs !== undefined || content !== undefined) return false;
  if (parent === "codeBlock") return Array.isArray(marks) && marks.length === 0;
  return !/[\r\n]/.test(text) && TEXT_MARKS.some((together) => areMarks(marks, together));
}

function areMarks(marks: unknown, allowed: readonly string[]): marks is readonly AdfMark[] {
  if (!Array.isArray(marks)) return false;
  const types = marks.map((mark: unknown) => String(isRecord(mark) && mark["type"]));
  const isTwice = types.includes("alignment") && types.includes("indentation");
  return !isTwice && marks.every((mark, at) => allowed.includes(types[at] ?? "") && isMark(mark));
}

function isMark(mark: unknown): boolean {
  if (!isRecord(mark)) return false;
  const attributes = MARKS[String(mark["type"])];
  const members = attributes ? ["attrs", "type"] : ["type"];
  const isWhole = Object.keys(mark).toSorted().join() === members.join();
  return isWhole && (!attributes || fitsAttributes(mark["attrs"], attributes));
}
