/** Lines at the end of a terminal that are drawn anew in place. */
import { clearScreenDown, cursorTo, moveCursor } from "node:readline";

/** What a terminal offers; `process.stderr` is one where somebody looks on. */
export type Terminal = NodeJS.WritableStream & { readonly columns?: number };

export class LiveView {
  private drawn: readonly string[] = [];
  private readonly terminal: Terminal;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Replaces what was drawn before. Lines are cut at the terminal's width: a wrapped one could not be taken back. */
  draw(lines: readonly string[]): void {
    const width = (this.terminal.columns ?? 80) - 1;
    const shown = lines.map((line) => (line.length > width ? `${line.slice(0, Math.max(0, width - 3))}...` : line));
    if (shown.join("\n") === this.drawn.join("\n")) return;
    this.erase();
    this.terminal.write(shown.map((line) => `${line}\n`).join(""));
    this.drawn = shown;
  }

  /** Takes back what was drawn. */
  erase(): void {
    if (this.drawn.length === 0) return;
    moveCursor(this.terminal, 0, -this.drawn.length);
    cursorTo(this.terminal, 0);
    clearScreenDown(this.terminal);
    this.drawn = [];
  }
}
