/** An issue's body: people's Markdown, and at its end our marker, which no page shows. */
import { marker } from "../sync-key.ts";
import { canonicalMarkdown } from "../../core/markdown.ts";

/** GitHub counts the marker in. */
export const BODY_MAX = 65_536;
const MARKER = /(?:\r?\n)*<!--[ \t]*sdlc-sync:([0-9a-f]{64})[ \t]*-->[ \t]*(?:\r?\n)*/g;
/** What the marker adds to a text. */
export const MARKER_LENGTH = withMarker("", "0".repeat(64)).length + 2;

/** The key of the marker; null where there is none. Of several (a person pasted another issue's text) the last: ours is at the end. */
export function syncKeyIn(body: string): string | null {
  return [...body.matchAll(MARKER)].at(-1)?.[1] ?? null;
}

/** What people wrote, in canonical Markdown; null for nothing. */
export function textIn(body: string): string | null {
  return canonicalMarkdown(body.replace(MARKER, "\n\n")) || null;
}

export function withMarker(text: string, key: string | null): string {
  if (key === null) return text;
  const comment = `<!-- ${marker(key)} -->`;
  return text === "" ? comment : `${text}\n\n${comment}`;
}
