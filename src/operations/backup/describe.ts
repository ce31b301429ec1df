// What a manifest says of what was taken: of a database, of its content, and of who took it with what.
import { hostname } from "node:os";
import type { DatabaseObject, Survey, Taken, Tool } from "../../engines/backup.ts";
import { formatCount } from "../../foundation/units.ts";
import type { Clock } from "../../platform/clock.ts";
import { packageVersion } from "../../platform/package.ts";
import { currentUser } from "../../platform/users.ts";
import type { Manifest, Member } from "./manifest.ts";

export function describeDatabase(survey: Survey): Member["database"] {
  return {
    name: survey.database,
    settings: survey.settings,
    roles: [...survey.roles],
    extensions: [...survey.extensions],
    tableBytes: survey.tableBytes,
    bytes: survey.databaseBytes,
  };
}

export function describeContent({ tables, counters, countersAfter, objects }: Taken): Pick<Member, "tables" | "counters" | "objects"> {
  return {
    tables: tables.map(({ name, rows, hash, files }) => ({ name: [...name], rows, hash, ...(files ? { files: [...files] } : {}) })),
    counters: counters.map(({ name, next }) => ({ name, before: next, after: countersAfter.find((one) => one.name === name)?.next ?? next })),
    objects: countKinds(objects),
  };
}

export function countKinds(objects: readonly DatabaseObject[]): Manifest["objects"] {
  const kinds = [...new Set(objects.map(({ kind }) => kind))];
  return Object.fromEntries(kinds.map((kind) => [kind, objects.filter((object) => object.kind === kind).length]));
}

/** `7 roles, 2 memberships, 1 setting`: of what `countKinds` counted. */
export function countedText(objects: Manifest["objects"]): string {
  return Object.entries(objects)
    .map(([kind, count]) => formatCount(count, kind))
    .join(", ");
}

/** Until now. */
export async function describeTaking(
  clock: Clock,
  { tools, ...moments }: Pick<Manifest["taken"], "began" | "snapshotAt" | "snapshot"> & { readonly tools: readonly Tool[] },
): Promise<Manifest["taken"]> {
  return {
    by: `${currentUser().name}@${hostname()}`,
    with: [{ name: "rowhouse", version: await packageVersion() }, ...tools.map(({ name, version }) => ({ name, version }))],
    ...moments,
    ended: clock.now().toISOString(),
  };
}

/** Bytes of all files. */
export function sizeOf({ files }: Pick<Manifest, "files">): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}
