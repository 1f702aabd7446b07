/**
 * Which nodes Jira takes at which place, so that only those are made of text that a person may have written.
 * From Atlassian's published schema (npm `@atlaskit/adf-schema` 57.7, `dist/json-schema/v1/full.json`), and
 * narrower where that is simpler: what is not here stays the code that it is.
 */
import type { Attributes } from "./adf-attributes.ts";

export interface NodeShape {
  /** One set, or alternatives. */
  readonly attrs?: Attributes | readonly Attributes[];
  readonly content?: readonly string[];
  /** How many nodes it holds; any number, or no list at all, where it is not said. */
  readonly count?: readonly [min: number, max: number];
  /** One of each in this order, instead of any. */
  readonly inOrder?: true;
  readonly marks?: readonly string[];
}

const LISTS = ["bulletList", "orderedList", "taskList"];
const MEDIA = ["mediaSingle", "mediaGroup"];
const BASIC = ["paragraph", "heading", ...LISTS, "codeBlock", ...MEDIA, "decisionList", "rule", "extension"];
const NESTED_EXPAND = [...BASIC, "panel", "blockquote"];
const NON_NESTABLE = [...NESTED_EXPAND, "blockCard", "embedCard", "table"];
const CELL = [...NESTED_EXPAND, "blockCard", "embedCard", "nestedExpand"];
const CAPTION = ["text", "hardBreak", "mention", "emoji", "date", "placeholder", "inlineCard", "status"];
const INLINE = [...CAPTION, "inlineExtension", "mediaInline"];

/** Places that Markdown's blocks make, and the blocks that may stand there. */
export const PLACES = {
  doc: [...NON_NESTABLE, "bodiedExtension", "expand", "layoutSection"],
  listItem: ["paragraph", ...LISTS, "mediaSingle", "codeBlock", "extension"],
  blockquote: ["paragraph", "orderedList", "bulletList", "codeBlock", ...MEDIA, "extension"],
  panel: [...BASIC, "blockCard"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type BlockPlace = keyof typeof PLACES;

/** Marks that a block has at some places only: by the place. */
export const MARKS_AT: Readonly<Record<string, readonly string[]>> = {
  doc: ["alignment", "indentation", "fontSize", "breakout"],
  layoutColumn: ["alignment", "indentation", "fontSize"],
  tableCell: ["alignment", "fontSize"],
  tableHeader: ["alignment", "fontSize"],
  listItem: ["fontSize"],
  panel: ["fontSize"],
  expand: ["fontSize"],
  nestedExpand: ["fontSize"],
  bodiedExtension: ["fontSize"],
  blockTaskItem: ["fontSize"],
};

const SOME = [1, Infinity] as const;
const LAYOUT = ["wide", "full-width", "center", "wrap-right", "wrap-left", "align-end", "align-start"];
const EXTENSION: Attributes = {
  extensionKey: "word",
  extensionType: "word",
  "parameters?": "any",
  "text?": "string",
};
const WIDE_EXTENSION: Attributes = { ...EXTENSION, "layout?": ["wide", "full-width", "default"] };
const FILE: Attributes = {
  id: "word",
  collection: "string",
  "alt?": "string",
  "occurrenceKey?": "word",
  "width?": "number",
  "height?": "number",
};
const SPANS: Attributes = {
  "colspan?": "number",
  "rowspan?": "number",
  "colwidth?": "numbers",
  "background?": "string",
  "valign?": ["top", "middle", "bottom"],
};
const CARD: readonly Attributes[] = [{ url: "string" }, { data: "any" }];
const MEDIA_MARKS = ["dataConsumer", "link", "annotation", "border"];
const EXTENSION_MARKS = ["dataConsumer", "fragment"];

export const NODES: Readonly<Record<string, NodeShape>> = {
  paragraph: { content: INLINE, marks: ["alignment", "indentation", "fontSize"] },
  heading: { attrs: { level: [1, 2, 3, 4, 5, 6] }, content: INLINE, marks: ["alignment", "indentation"] },
  rule: {},
  codeBlock: {
    attrs: { "language?": "string", "uniqueId?": "string", "wrap?": "boolean", "hideLineNumbers?": "boolean" },
    content: ["text"],
    marks: ["breakout"],
  },
  blockquote: { content: PLACES.blockquote, count: SOME },
  bulletList: { content: ["listItem"], count: SOME },
  orderedList: { attrs: { "order?": "amount" }, content: ["listItem"], count: SOME },
  listItem: { content: PLACES.listItem, count: SOME },
  taskList: { content: ["taskItem", "taskList", "blockTaskItem"], count: SOME },
  taskItem: { attrs: { state: ["TODO", "DONE"] }, content: INLINE },
  blockTaskItem: { attrs: { state: ["TODO", "DONE"] }, content: ["paragraph", "extension"], count: [1, 2] },
  decisionList: { content: ["decisionItem"], count: SOME },
  decisionItem: { attrs: { state: "string" }, content: INLINE },
  panel: {
    attrs: {
      panelType: ["info", "note", "tip", "warning", "error", "success", "custom"],
      "panelIcon?": "string",
      "panelIconId?": "string",
      "panelIconText?": "string",
      "panelColor?": "string",
    },
    content: PLACES.panel,
    count: SOME,
  },
  expand: {
    attrs: { "title?": "string" },
    content: [...NON_NESTABLE, "nestedExpand"],
    count: SOME,
    marks: ["breakout"],
  },
  nestedExpand: { attrs: { title: "string" }, content: NESTED_EXPAND, count: SOME },
  layoutSection: { content: ["layoutColumn"], count: [2, 3], marks: ["breakout"] },
  layoutColumn: {
    attrs: { width: "percentage", "valign?": ["top", "middle", "bottom"] },
    content: [...NON_NESTABLE, "expand", "bodiedExtension"],
    count: SOME,
  },
  table: {
    attrs: {
      "displayMode?": ["default", "fixed"],
      "isNumberColumnEnabled?": "boolean",
      "layout?": ["wide", "full-width", "center", "align-end", "align-start", "default"],
      "width?": "number",
    },
    content: ["tableRow"],
    count: SOME,
    marks: ["fragment"],
  },
  tableRow: { content: ["tableCell", "tableHeader"], count: SOME },
  tableCell: { attrs: SPANS, content: CELL, count: SOME },
  tableHeader: { attrs: SPANS, content: CELL, count: SOME },
  mediaSingle: {
    attrs: [
      { layout: LAYOUT, "width?": "percentage", "widthType?": ["percentage"] },
      { layout: LAYOUT, width: "amount", widthType: ["pixel"] },
    ],
    content: ["media", "caption"],
    count: [1, 2],
    inOrder: true,
    marks: ["link"],
  },
  mediaGroup: { content: ["media"], count: SOME },
  media: {
    attrs: [
      { type: ["link", "file"], ...FILE },
      { type: ["external"], url: "string", "alt?": "string", "width?": "number", "height?": "number" },
    ],
    marks: MEDIA_MARKS,
  },
  caption: { content: CAPTION },
  blockCard: {
    attrs: [...CARD, { "url?": "string", datasource: "datasource", "width?": "number", "layout?": LAYOUT }],
  },
  embedCard: {
    attrs: {
      url: "string",
      layout: LAYOUT,
      "width?": "percentage",
      "originalHeight?": "number",
      "originalWidth?": "number",
    },
  },
  extension: { attrs: WIDE_EXTENSION, marks: EXTENSION_MARKS },
  bodiedExtension: { attrs: WIDE_EXTENSION, content: NON_NESTABLE, count: SOME, marks: EXTENSION_MARKS },
  inlineExtension: { attrs: EXTENSION, marks: EXTENSION_MARKS },
  mediaInline: {
    attrs: { ...FILE, "type?": ["link", "file", "image"], "data?": "any" },
    marks: MEDIA_MARKS,
  },
  date: { attrs: { timestamp: "word" } },
  emoji: { attrs: { shortName: "string", "id?": "string", "text?": "string" } },
  hardBreak: { attrs: { "text?": ["\n"] } },
  inlineCard: { attrs: CARD },
  mention: {
    attrs: {
      id: "string",
      "text?": "string",
      "accessLevel?": "string",
      "userType?": ["DEFAULT", "SPECIAL", "APP"],
    },
  },
  placeholder: { attrs: { text: "string" } },
  status: {
    attrs: {
      text: "word",
      color: /^(?:neutral|purple|blue|red|yellow|green|#[0-9a-fA-F]{6})$/,
      "style?": "string",
    },
  },
};

const COLOUR: Attributes = { color: /^#[0-9a-fA-F]{6}$/ };
export const MARKS: Readonly<Record<string, Attributes | null>> = {
  strong: null,
  em: null,
  strike: null,
  underline: null,
  code: null,
  link: { href: "string", "title?": "string", "id?": "string", "collection?": "string", "occurrenceKey?": "string" },
  subsup: { type: ["sub", "sup"] },
  textColor: COLOUR,
  backgroundColor: COLOUR,
  annotation: { id: "string", annotationType: ["inlineComment"] },
  border: { size: [1, 2, 3], color: /^#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6})$/ },
  alignment: { align: ["center", "end"] },
  indentation: { level: [1, 2, 3, 4, 5, 6] },
  fontSize: { fontSize: ["small"] },
  breakout: { mode: ["wide", "full-width"], "width?": "number" },
  dataConsumer: { sources: "words" },
  fragment: { localId: "word", "name?": "string" },
};
/** Code goes with few others. */
export const TEXT_MARKS: readonly (readonly string[])[] = [
  ["link", "em", "strong", "strike", "subsup", "underline", "textColor", "backgroundColor", "annotation"],
  ["code", "link", "annotation"],
];
