/** A vendor's words with what to do about them (`; check the token.`), as one sentence. */
export function withRemedy(words: string, remedy: string): string {
  return remedy.startsWith(";") ? `${words.replace(/[.\s]+$/, "")}${remedy}` : `${words}${remedy}`;
}
