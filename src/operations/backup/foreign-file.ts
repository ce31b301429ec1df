// A file that another program dumped, as the script that is in it: recognised by what it holds and not by its name, unpacked while it is
// read, archives printed by the engine's own tool as a user that owns nothing. Whatever unpacks to more than a dump would is refused.
import { constants, createReadStream } from "node:fs";
import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Tool } from "../../engines/backup.ts";
import type { Engine } from "../../engines/engine.ts";
import type { ForeignKind } from "../../engines/foreign.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { formatBytes } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, namesIn, remove, writeFileAtomic } from "../../platform/files.ts";
import { filtered } from "../../platform/filter.ts";
import { unpacked } from "../../platform/gzip.ts";
import type { Program } from "../../platform/processes.ts";
import { findProgram } from "../../platform/tools.ts";
import { findUser, isRoot } from "../../platform/users.ts";
import { refuseLackOfSpace } from "./store.ts";
import { newProofDirectory, proofsRoot, proofUser } from "./throwaway.ts";

export interface ForeignFile {
  readonly path: string;
  /** One of several files in a directory. */
  readonly isDirectory: boolean;
  readonly packing: Packing | undefined;
  readonly kind: ForeignKind;
  readonly bytes: number;
}

type Packing = "gzip" | "zstd";

const headBytes = 1_024;

/** Throws RH-FILE-001 for a path that is no file, RH-BACKUP-003 for one that holds no dump of that engine's. */
export async function openForeign(context: Context, { path, engine }: { readonly path: string; readonly engine: Engine }): Promise<ForeignFile> {
  const real = await realpath(path).catch((cause: unknown) => {
    throw new Problem("RH-FILE-001", `there is no file ${path}`, { cause, hint: "Give the path of a dump." });
  });
  const found = await stat(real);
  if (found.isDirectory()) return openDirectory(real, engine);
  if (!found.isFile()) throw new Problem("RH-FILE-001", `${path} is no file`, { hint: "Give the path of a dump." });
  const first = await firstOf(readPieces(real), path);
  const packing = packingOf(first);
  const signal = new AbortController().signal;
  const head = packing === undefined ? first : await firstOf(unpackedFile(context, { path: real, packing, signal }), path);
  const kind = engine.foreign.recognise(head);
  if (kind !== undefined) return { path: real, isDirectory: false, packing, kind, bytes: found.size };
  throw unknown(path, engine);
}

function unknown(path: string, engine: Engine): Problem {
  return new Problem("RH-BACKUP-003", `${path} begins like no dump of ${engine.title}'s`, {
    hint: `Give a file that ${engine.title}'s own tools dumped, with its comments, and a server of the same engine with --target.`,
  });
}

async function openDirectory(path: string, engine: Engine): Promise<ForeignFile> {
  const { contentsName } = engine.foreign;
  const names = await namesIn(path);
  if (contentsName === undefined || !names.includes(contentsName)) throw unknown(path, engine);
  let bytes = 0;
  for (const name of names) {
    const found = await lstat(join(path, name));
    if (!found.isFile())
      throw new Problem("RH-BACKUP-003", `${join(path, name)} is no file`, { hint: "An archive in a directory holds files and nothing else." });
    if (engine.foreign.isEmptied(name, found.size))
      throw new Problem("RH-BACKUP-003", `${join(path, name)} is empty`, { hint: "Its content is lost. Nothing was touched." });
    bytes += found.size;
  }
  return { path, isDirectory: true, packing: undefined, kind: "archive", bytes };
}

async function firstOf(pieces: AsyncIterable<Uint8Array>, path: string): Promise<Buffer> {
  let head = Buffer.alloc(0);
  try {
    for await (const piece of pieces) {
      head = Buffer.concat([head, piece]);
      if (head.length >= headBytes) break;
    }
  } catch (cause) {
    throw unreadable(cause, path);
  }
  return head;
}

function packingOf(head: Buffer): Packing | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? "zstd" : undefined;
}

interface Reading {
  readonly tools: readonly Tool[];
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Called with the bytes of the file that were read so far. */
  readonly onRead: (bytes: number) => void;
}

/** The script. Throws RH-BACKUP-003 for a file that is cut or changed where its packing shows that. */
export async function* scriptOf(context: Context, file: ForeignFile, { tools, engine, signal, onRead }: Reading): AsyncIterable<Uint8Array> {
  const limit = file.bytes * timesLarger + roomBytes;
  const plain = () => limited(unpackedFile(context, { ...file, signal, onRead }), limit);
  try {
    if (file.isDirectory) yield* limited(printedDirectory(file, { tools, engine, signal, onRead }), limit);
    else if (file.kind === "script") yield* plain();
    else {
      const fault = await engine.foreign.faultOf(plain());
      if (fault !== undefined)
        throw new Problem("RH-BACKUP-003", `${file.path} is not whole: ${fault}`, { hint: "It is cut, or changed. Nothing was touched." });
      yield* limited(filtered(await asNobody(engine.foreign.unpackCommand(tools, undefined)), { input: plain(), signal }), limit);
    }
  } catch (thrown) {
    throw unreadable(thrown, file.path);
  }
}

/** Whoever prints it owns the copy that it reads, and nothing else. */
async function* printedDirectory({ path, bytes }: ForeignFile, { tools, engine, signal, onRead }: Reading): AsyncIterable<Uint8Array> {
  await refuseLackOfSpace(proofsRoot, { bytes, what: `a copy of ${path}` });
  const directory = await newProofDirectory();
  const printer = await asNobody(engine.foreign.unpackCommand(tools, directory));
  const owner = printer.owner ? { owner: printer.owner } : {};
  try {
    await ensureDirectory(directory, owner);
    let before = 0;
    for (const name of await namesIn(path)) {
      signal.throwIfAborted();
      const file = counted(readPieces(join(path, name)), (read) => onRead(before + read));
      await writeFileAtomic(join(directory, name), file, owner);
      before += (await lstat(join(directory, name))).size;
    }
    if (engine.foreign.leadsAway(await readFile(join(directory, engine.foreign.contentsName ?? ""))))
      throw new Problem("RH-BACKUP-003", `${path} names files that are not in it`, { hint: "Do not restore it." });
    yield* filtered(printer, { signal });
  } finally {
    await remove(directory);
  }
}

/** SQL that is packed as well as can be is a fiftieth of its size; what is made to fill disks is a thousandth. */
const timesLarger = 250;
const roomBytes = 10_000_000;

async function* limited(pieces: AsyncIterable<Uint8Array>, limit: number): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > limit)
      throw new Problem("RH-BACKUP-003", `it unpacks to more than ${formatBytes(limit)}, ${timesLarger} times what it is`, {
        hint: "It is no dump, or a very odd one: unpack it yourself, and give what comes out.",
      });
    yield piece;
  }
}

interface Unpacking {
  readonly path: string;
  readonly packing: Packing | undefined;
  readonly signal: AbortSignal;
  readonly onRead?: (bytes: number) => void;
}

async function* unpackedFile(context: Context, { path, packing, signal, onRead = () => undefined }: Unpacking): AsyncIterable<Uint8Array> {
  const source = counted(readPieces(path), onRead);
  if (packing === undefined) yield* source;
  else if (packing === "gzip") yield* unpacked(source);
  else yield* filtered(await asNobody([await zstd(context), "--decompress", "--stdout", "--quiet"]), { input: source, signal });
}

/** A link is not followed. Opened when it is read: an error before that would be nobody's. Node takes the flags as a number, as open(2) does; its types know words only. */
async function* readPieces(path: string): AsyncIterable<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: 262_144, flags: (constants.O_RDONLY | constants.O_NOFOLLOW) as unknown as string });
}

async function* counted(pieces: AsyncIterable<Uint8Array>, onRead: (bytes: number) => void): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    onRead(bytes);
    yield piece;
  }
}

async function zstd(context: Context): Promise<string> {
  const found = await findProgram(context, "zstd");
  if (found) return found;
  throw new Problem("RH-TOOL-001", "the file is packed with zstd, and there is no zstd on this machine", { hint: "apt-get install zstd" });
}

/** A program that takes a stranger's bytes apart runs as a user that owns nothing. */
async function asNobody(argv: readonly string[]): Promise<Program> {
  const owner = isRoot() ? ((await findUser(proofUser)) ?? (await findUser("nobody"))) : undefined;
  return { argv, isBackground: true, ...(owner ? { owner } : {}) };
}

/** What zlib or a tool says of a file that is cut or changed; that a disk is slow says nothing of the file. */
function unreadable(thrown: unknown, path: string): unknown {
  const isOurs = thrown instanceof Problem && !isProblem(thrown, "RH-PROC-001");
  const isPacking = thrown instanceof Error && "code" in thrown && /^(?:Z_|ERR_ZLIB)/.test(String(thrown.code));
  if (isOurs || !(isPacking || isProblem(thrown))) return thrown;
  return new Problem("RH-BACKUP-003", `${path} cannot be read to its end: ${(thrown as Error).message}`, {
    cause: thrown,
    hint: "It is cut, or changed since it was dumped. Nothing was touched.",
  });
}
