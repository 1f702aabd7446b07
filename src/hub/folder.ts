/** Hub files in a folder of the workspace: listing, reading, and the atomic swap. */
import { createHash, randomBytes } from "node:crypto";
import { access, constants, link, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SyncFailure } from "../core/errors.ts";
import type { FieldName, ItemId, ItemType, Stamp } from "../core/model.ts";
import { blameLines, type Authorship } from "./blame.ts";
import { HubDocument } from "./document.ts";
import { fieldSpans } from "./field-spans.ts";
import { ProjectGlob } from "./project-glob.ts";
import type { HubHead } from "./hub.ts";
import { decodeHub, readHub } from "./read.ts";

export const DEFAULT_HUB_GLOB = "docs/projects/*/sdlc-tracking.yaml";

export interface HubFolderOptions {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Where hub files lie, from the root; the part with the star is the project's folder. */
  readonly glob?: string;
}

export interface HubFile {
  readonly id: string;
  /** Relative to the root. */
  readonly path: string;
  /** With its byte order mark and line ends. Bytes that are no UTF-8 are lone surrogates: `readHub` refuses them. */
  readonly text: string;
  /** sha256 of the bytes, hex. */
  readonly hash: string;
}

/** When a field of the hub was last changed, as finely as is known. */
export type HubTimes = (type: ItemType, item: ItemId, field: FieldName) => Stamp | undefined;

/** A draft older than this belongs to a swap that was killed, not to one that is going on. */
const DRAFT_LIFE_MS = 60_000;

export class HubFolder {
  readonly #root: string;
  readonly #glob: ProjectGlob;
  /** By project, of the bytes that it had then: most files of a portfolio are as they were when it was looked at last. */
  readonly #heads = new Map<string, HubHead>();

  constructor({ root, glob = DEFAULT_HUB_GLOB }: HubFolderOptions) {
    this.#root = root;
    this.#glob = new ProjectGlob(glob);
  }

  /** All projects that have a hub file, by id: the name of the project's folder. `savedAt`: ISO time at which it was last saved. */
  async list(): Promise<{ readonly id: string; readonly path: string; readonly savedAt: string }[]> {
    const folders = await readdir(join(this.#root, this.#glob.parent)).catch(() => []);
    const candidates = folders.filter((name) => this.#glob.matches(name)).toSorted();
    const found = await Promise.all(
      candidates.map(async (id) => ({ id, path: this.#glob.path(id), info: await infoOf(this.#full(id)) })),
    );
    return found.flatMap(({ id, path, info }) =>
      info?.isFile() ? [{ id, path, savedAt: info.mtime.toISOString() }] : [],
    );
  }

  /** Where the project's hub file is, or would be, from the root. Throws `NotFound` for what can be no project's folder. */
  path(project: string): string {
    return this.#glob.path(project);
  }

  /** Throws `NotFound` where the project has no hub file. */
  async read(project: string): Promise<HubFile> {
    const path = this.#glob.path(project);
    const bytes = await this.#bytes(project);
    return { id: project, path, text: decodeHub(bytes), hash: hashOf(bytes) };
  }

  /** What the file says of the project as a whole: parsed only where its bytes have changed. */
  async head(project: string): Promise<HubHead & Pick<HubFile, "path">> {
    const { path, text, hash } = await this.read(project);
    const known = this.#heads.get(project);
    if (known?.hash === hash) return { ...known, path };
    const { tree: _, findings: __, ...head } = readHub(text, { projectId: project, file: path });
    this.#heads.set(project, { ...head, hash });
    return { ...head, hash, path };
  }

  /**
   * Replaces the file in one step if its bytes are still those of `expectedHash`; throws `StaleHub` and
   * writes nothing where somebody saved it meanwhile. A link is followed, the file's mode is kept.
   */
  async swap(project: string, expectedHash: string, text: string): Promise<void> {
    const path = this.#glob.path(project);
    if (!text.isWellFormed()) throw new SyncFailure("Bug", `${path}: the new text is not UTF-8`, { file: path });
    const target = await realpath(this.#full(project)).catch((cause: unknown) => {
      throw notFound(path, cause);
    });
    await removeOldDrafts(target);
    const draft = draftOf(target, randomBytes(6).toString("hex"));
    try {
      await writeDraft(draft, text, (await stat(target)).mode & 0o7777);
      if (hashOf(await readFile(target)) !== expectedHash) {
        throw new SyncFailure("StaleHub", `${path} was saved by somebody else meanwhile`, { file: path });
      }
      await rename(draft, target);
      await syncFolder(dirname(target));
    } finally {
      await rm(draft, { force: true });
    }
  }

  /**
   * Makes a file in the project's folder, whole or not at all, and the folder with it. Throws `StaleHub` where there is
   * one of that name: nobody's file is overwritten.
   */
  async create(project: string, text: string, name = basename(this.#glob.path(project))): Promise<void> {
    const path = join(dirname(this.#glob.path(project)), name);
    const target = join(this.#root, path);
    const draft = draftOf(target, randomBytes(6).toString("hex"));
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeDraft(draft, text, 0o666 & ~process.umask());
      await link(draft, target);
      await syncFolder(dirname(target));
    } catch (cause) {
      const { code, syscall } = cause as { readonly code?: string; readonly syscall?: string };
      if (code === "EEXIST" && syscall === "link")
        throw new SyncFailure("StaleHub", `${path} exists already; it was not touched`, { file: path }, cause);
      throw new SyncFailure(
        "InvalidConfig",
        `${path} cannot be made (${code ?? String(cause)})`,
        { file: path },
        cause,
      );
    } finally {
      // Where there is no such folder, there is no draft in it.
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  /** Throws `InvalidConfig` where the file could not be swapped: better known before a tool is written to. */
  async checkWritable(project: string): Promise<void> {
    const path = this.#glob.path(project);
    const target = await realpath(this.#full(project)).catch((cause: unknown) => {
      throw notFound(path, cause);
    });
    await access(dirname(target), constants.W_OK).catch((cause: unknown) => {
      const message = `${path}: its folder may not be written to; the hub file is swapped as a whole, so give this account the right to write there.`;
      throw new SyncFailure("InvalidConfig", message, { file: path }, cause);
    });
  }

  /** When the file was last saved, by whomever. */
  async saved(project: string): Promise<Stamp> {
    const info = await stat(this.#full(project)).catch((cause: unknown) => {
      throw notFound(this.#glob.path(project), cause);
    });
    return { at: info.mtime.toISOString(), resolutionMs: 1 };
  }

  /**
   * When each field was last changed: git's time of its lines (resolution 1 s) where they are committed,
   * else the file's own (1 ms). Undefined for what is not in the file. One call answers for all fields.
   */
  async times(project: string): Promise<HubTimes> {
    const full = await realpath(this.#full(project)).catch((cause: unknown) => {
      throw notFound(this.#glob.path(project), cause);
    });
    const [bytes, saved] = await Promise.all([this.#bytes(project), this.saved(project)]);
    const document = HubDocument.parse(decodeHub(bytes));
    if (!(document instanceof HubDocument)) return () => undefined;
    const committed = await blameLines(full, bytes);
    const stamps = new Map<string, Stamp>();
    for (const { type, item, field, line, endLine } of fieldSpans(document, project)) {
      stamps.set(keyOf(type, item, field), newest(committed, line, endLine) ?? saved);
    }
    return (type, item, field) => stamps.get(keyOf(type, item, field));
  }

  #full(project: string): string {
    return join(this.#root, this.#glob.path(project));
  }

  async #bytes(project: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#full(project));
    } catch (cause) {
      throw notFound(this.#glob.path(project), cause);
    }
  }
}

function keyOf(type: ItemType, item: ItemId, field: FieldName): string {
  return `${type} ${field} ${item}`;
}

/** The newest of the lines; undefined where one of them is not committed yet. */
function newest(committed: ReadonlyMap<number, Authorship>, first: number, last: number): Stamp | undefined {
  let latest: Authorship | undefined;
  for (let line = first; line <= last; line += 1) {
    const own = committed.get(line);
    if (own === undefined) return undefined;
    if (!latest || own.time > latest.time) latest = own;
  }
  return latest && { at: new Date(latest.time).toISOString(), resolutionMs: 1000, by: latest.by };
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function notFound(path: string, cause: unknown): SyncFailure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SyncFailure("NotFound", `${path} cannot be read: ${why}`, { file: path }, cause);
}

async function infoOf(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  return stat(path).catch(() => undefined);
}

/** Beside the file, so that the rename stays on one disk; hidden and with another ending, so that no glob takes it for a hub. */
function draftOf(target: string, id: string): string {
  return join(dirname(target), `.${basename(target)}.${id}.sdlc-sync-draft`);
}

async function writeDraft(draft: string, text: string, mode: number): Promise<void> {
  const file = await open(draft, "wx", mode);
  try {
    await file.writeFile(text, "utf8");
    // The umask may have taken bits away.
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself durable; some file systems cannot, and then it is as durable as theirs ever are. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function removeOldDrafts(target: string): Promise<void> {
  const folder = dirname(target);
  const [prefix, suffix] = [`.${basename(target)}.`, ".sdlc-sync-draft"];
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name.endsWith(suffix));
  for (const name of names) {
    const info = await infoOf(join(folder, name));
    if (info && Number(info.mtimeMs) < Date.now() - DRAFT_LIFE_MS) await rm(join(folder, name), { force: true });
  }
}
