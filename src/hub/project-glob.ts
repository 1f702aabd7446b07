import { basename } from "node:path";
import { SyncFailure } from "../core/errors.ts";

/** A path with a star in one of its parts: that part is the project's folder, and its name the project's id. */
export class ProjectGlob {
  /** Folder in which the projects' folders lie; "" for the root itself. */
  readonly parent: string;
  readonly #part: string;
  readonly #rest: readonly string[];

  /** Throws `InvalidConfig` where not exactly one folder of the path has a star. */
  constructor(glob: string) {
    const parts = glob.split("/").filter((part) => part !== "" && part !== ".");
    const starred = parts.findIndex((part) => part.includes("*"));
    const stars = parts.filter((part) => part.includes("*")).length;
    if (stars !== 1 || starred === parts.length - 1 || parts.includes("..")) {
      const example = "docs/projects/*/sdlc-tracking.yaml";
      throw new SyncFailure(
        "InvalidConfig",
        `hub_glob: ${glob} must have one star, in the project's folder: ${example}`,
      );
    }
    this.parent = parts.slice(0, starred).join("/");
    this.#part = parts[starred] ?? "*";
    this.#rest = parts.slice(starred + 1);
  }

  matches(folder: string): boolean {
    const [before = "", after = ""] = this.#part.split("*");
    const isHidden = folder.startsWith(".") && !this.#part.startsWith(".");
    const isLong = folder.length >= before.length + after.length;
    return !isHidden && isLong && folder.startsWith(before) && folder.endsWith(after);
  }

  /** Path of the project's hub file. Throws `NotFound` for what can be no folder of the glob. */
  path(project: string): string {
    if (project === "" || basename(project) !== project || project === ".." || !this.matches(project)) {
      throw new SyncFailure("NotFound", `${JSON.stringify(project)} is no project folder`);
    }
    return [this.parent, project, ...this.#rest].filter((part) => part !== "").join("/");
  }
}
