// What of a database a backup holds, from what was asked for: all of it, its schema, its rows, or tables by their names. A part that
// could not be restored without something else is refused before the start.
import type { Session } from "../../drivers/driver.ts";
import type { Content, DatabaseObject, Scope, Survey, TableName } from "../../engines/backup.ts";
import type { Engine } from "../../engines/engine.ts";
import { Problem } from "../../foundation/problem.ts";
import type { DatabaseManifest, Manifest } from "./manifest.ts";

export interface ScopeWish {
  /** Names of tables as the catalogue has them, or their last part. */
  readonly tables: readonly string[];
  readonly only: "schema" | "data" | undefined;
}

export const everything: ScopeWish = { tables: [], only: undefined };

const scopeWords: Readonly<Record<Manifest["kind"], string>> = {
  database: "",
  schema: "the schema without its rows",
  data: "the rows without their schema",
  tables: "some tables",
  all: "all databases of a server",
  base: "the files of a server",
};

/** Before the name of the database, in a plan's title. */
export function scopeTitle({ kind, tables }: Scope): string {
  if (kind === "tables") return `${tables.map((name) => name.join(".")).join(", ")} in `;
  return kind === "database" ? "" : `${scopeWords[kind]} of `;
}

/** Throws RH-USE-001 for a name that is no table's or for two scopes at once, RH-BACKUP-001 for tables that need something else. */
export async function scopeOf(session: Session, engine: Engine, { tables: names, only }: ScopeWish): Promise<Scope> {
  if (names.length > 0 && only) {
    throw new Problem("RH-USE-001", `--table and --${only}-only exclude each other`, { field: "table", hint: "Take two backups." });
  }
  if (names.length === 0) return { kind: only ?? "database", tables: [] };
  const there = await engine.backup.tables(session);
  const chosen = [...new Map(names.map((wanted) => tableNamed(wanted, there)).map((name) => [JSON.stringify(name), name])).values()];
  const needs = await engine.backup.needs(session, chosen);
  if (needs.length === 0) return { kind: "tables", tables: chosen };
  throw new Problem("RH-BACKUP-001", `these tables cannot be restored alone: ${needs.slice(0, 10).join("; ")}`, {
    hint: "Name what they need with further --table, or take the whole database and restore single tables from that.",
  });
}

function tableNamed(wanted: string, there: readonly TableName[]): TableName {
  const found = there.filter((name) => name.join(".") === wanted);
  const [only, second] = found.length > 0 ? found : there.filter((name) => name.at(-1) === wanted);
  if (only && !second) return only;
  const why = only && second ? `is the name of several tables: ${only.join(".")}, ${second.join(".")}` : "is not in the database";
  throw new Problem("RH-USE-001", `--table "${wanted}" ${why}`, { field: "table", hint: "Give the name as the database's catalogue has it." });
}

/** Throws RH-BACKUP-001 where something would be lost. */
export function refuseWhatIsNotCarried({ database, refusals }: Pick<Survey, "database" | "refusals">): void {
  if (refusals.length === 0) return;
  throw new Problem("RH-BACKUP-001", `${database} holds what this version cannot carry: ${refusals.join("; ")}`, {
    hint: "Nothing was taken. Move it elsewhere, or dump this database with the engine's own tools.",
  });
}

/** Of a copy, what the backup says something about. */
export function withinScope(engine: Engine, { kind, tables }: Pick<Manifest, "kind" | "tables">, copy: Content): Content {
  if (kind === "data") return { ...copy, objects: [] };
  if (kind !== "tables") return copy;
  const isPart = (object: DatabaseObject) => tables.some(({ name }) => engine.backup.isPartOf(object, name));
  return { ...copy, objects: copy.objects.filter(isPart) };
}

/** Throws RH-BACKUP-011 for a part that holds no database, RH-BACKUP-041 for a base backup. */
export function refusePart(manifest: Manifest): asserts manifest is Manifest & DatabaseManifest {
  const { id, kind } = manifest;
  if (kind === "database" || kind === "schema") return;
  if (kind === "base") {
    throw new Problem("RH-BACKUP-041", `${id} holds ${scopeWords[kind]}, of which no part can be had`, {
      hint: `Get the server from it: \`rowhouse backup restore ${id.slice(-4)} --directory DIR\`; or restore a backup of the database.`,
    });
  }
  if (kind === "all") {
    throw new Problem("RH-BACKUP-011", `${id} holds ${scopeWords[kind]}, not a database`, {
      hint: "Restore one of them with --database NAME, or all of them with --all.",
    });
  }
  throw new Problem("RH-BACKUP-011", `${id} holds ${scopeWords[kind]}, not a database`, {
    hint: "Restore it by hand, as docs/reference/backup-format.md says, or restore single tables of a whole backup.",
  });
}
