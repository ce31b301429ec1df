// Files of pg_dump's by their first bytes, and the program that prints an archive as a script.
// Source: postgresql.org/docs/current/app-pgrestore.html (--file), src/bin/pg_dump/pg_backup_archiver.c
import { programIn } from "../../../platform/tools.ts";
import { isProblem } from "../../../foundation/problem.ts";
import { tarEntries } from "../../../formats/tar.ts";
import type { Tool } from "../../backup.ts";
import type { ForeignKind } from "../../foreign.ts";

/** A directory is recognised by its table of contents. */
export function recognise(head: Buffer): ForeignKind | undefined {
  if (head.toString("latin1", 0, 5) === "PGDMP" || isTar(head)) return "archive";
  return /^(?:\uFEFF)?(?:\s|--\s*\n)*-- PostgreSQL database (?:cluster )?dump\n/.test(head.toString("latin1")) ? "script" : undefined;
}

function isTar(head: Buffer): boolean {
  return head.toString("latin1", 0, 8) === "toc.dat\0" && head.toString("latin1", 257, 262) === "ustar";
}

/** A tar ends in what pg_restore does not read. */
export async function faultOf(archive: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  let [head, tail] = [Buffer.alloc(0), Buffer.alloc(0)];
  const watched = (async function* () {
    for await (const piece of archive) {
      if (head.length === 0) head = Buffer.from(piece.subarray(0, 512));
      tail = Buffer.concat([tail, piece.subarray(-endBytes)]).subarray(-endBytes);
      if (!isTar(head)) return;
      yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    }
  })();
  const fault = await faultOfEntries(watched);
  const isEnded = tail.length === endBytes && tail.every((byte) => byte === 0);
  return !isTar(head) ? undefined : (fault ?? (isEnded ? undefined : "it has no end"));
}

const endBytes = 1_024;

async function faultOfEntries(archive: AsyncIterable<Buffer>): Promise<string | undefined> {
  try {
    for await (const { name, kind } of tarEntries(archive))
      if (kind !== "file" || !/^[\w.]+$/.test(name)) return `${JSON.stringify(name)} is no file of pg_dump's`;
    return undefined;
  } catch (thrown) {
    if (isProblem(thrown, "RH-CONN-003")) return "it ends in the middle, or is damaged";
    throw thrown;
  }
}

/** Of a directory's. A large object alone may be empty, and only where it is not packed. */
export function isEmptied(name: string, bytes: number): boolean {
  return bytes === 0 && !/^blob_\d+\.dat$/.test(name);
}

export const contentsName = "toc.dat";

/** Strings have a sign and their length in front; no name of a file that pg_dump writes begins with a point. */
export function leadsAway(contents: Buffer): boolean {
  for (let at = contents.indexOf("./"); at !== -1; at = contents.indexOf("./", at + 1)) {
    const start = contents[at - 1] === 0x2e ? at - 1 : at;
    const length = start < 5 ? 0 : contents.readInt32LE(start - 4);
    if (length > 2 && length < 4_096 && contents[start - 5] === 0) return true;
  }
  return false;
}

export function unpackCommand(tools: readonly Tool[], path: string | undefined): readonly string[] {
  return [programIn(tools, "pg_restore"), "--file=-", ...(path === undefined ? [] : ["--", path])];
}
