// Files of pg_dump's by their first bytes, and the program that prints an archive as a script.
// Source: postgresql.org/docs/current/app-pgrestore.html (--file), src/bin/pg_dump/pg_backup_archiver.c
import { programIn } from "../../../platform/tools.ts";
import type { Tool } from "../../backup.ts";
import type { ForeignKind } from "../../foreign.ts";

/** A directory is recognised by its table of contents. */
export function recognise(head: Buffer): ForeignKind | undefined {
  const isArchive = head.toString("latin1", 0, 5) === "PGDMP";
  const isTar = head.toString("latin1", 0, 8) === "toc.dat\0" && head.toString("latin1", 257, 262) === "ustar";
  if (isArchive || isTar) return "archive";
  return /^(?:\uFEFF)?(?:\s|--\s*\n)*-- PostgreSQL database (?:cluster )?dump\n/.test(head.toString("latin1")) ? "script" : undefined;
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
