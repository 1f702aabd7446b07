import { SyncFailure } from "../core/errors.ts";
import { didYouMean } from "../registry/suggest.ts";

/** The contract knows both `sync PROJ` and `PROJ sync`: the action comes first from here on. */
export function inActionOrder(args: readonly string[], actions: readonly string[]): string[] {
  const start = args[0] === "--root" ? 2 : args[0]?.startsWith("--root=") ? 1 : 0;
  const [first, second, ...rest] = args.slice(start);
  if (first === undefined || first.startsWith("-") || actions.includes(first)) return [...args];
  if (first === "help") {
    if (second !== undefined && !second.startsWith("-") && !actions.includes(second)) throw invalid([second], actions);
    return [...args];
  }
  if (second !== undefined && actions.includes(second)) return [...args.slice(0, start), second, first, ...rest];
  throw invalid([first, ...(second === undefined ? [] : [second])], actions);
}

/** Either word may be the mistyped action: the one that is close to an action is. */
function invalid(words: readonly string[], actions: readonly string[]): SyncFailure {
  const guess = words.map((word) => didYouMean(word, actions)).find((found) => found !== undefined);
  const hint = guess === undefined ? "" : ` Did you mean "${guess}"?`;
  return new SyncFailure("Usage", `ERROR: Invalid action. Use: ${actions.join(" | ")}.${hint}`);
}
