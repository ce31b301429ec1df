// Files of mariadb-dump's and mysqldump's by their first bytes. There are no archives among them.
// Source: mariadb.com/kb/en/mariadb-dump
import type { Tool } from "../../backup.ts";
import type { ForeignKind } from "../../foreign.ts";

export function recognise(head: Buffer): ForeignKind | undefined {
  const isScript = /^(?:\/\*M?!999999\\- enable the sandbox mode \*\/\s*\n)?-- (?:MariaDB|MySQL) dump \d/.test(head.toString("latin1"));
  return isScript ? "script" : undefined;
}

export async function faultOf(_archive: AsyncIterable<Uint8Array>): Promise<undefined> {
  return undefined;
}

export function isEmptied(_name: string, _bytes: number): boolean {
  return false;
}

export const contentsName = undefined;

export function leadsAway(_contents: Buffer): boolean {
  return false;
}

export function unpackCommand(_tools: readonly Tool[], _path: string | undefined): readonly string[] {
  throw new Error("there are no archives of MariaDB's");
}
