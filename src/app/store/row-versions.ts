// Writes to a row that is there, for the versions of it that the caller has seen: the condition is part of the statement that
// writes, so that nobody comes between the look and the write. Only a write that found nothing asks why.
import type { Queryable } from "../../drivers/driver.ts";
import { Problem } from "../../foundation/problem.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import type { RowWrite } from "./store.ts";

type Noun = "task" | "project";

/** `where` of the one row, if it has one of the versions. */
export function rowOf({ id, versions }: RowWrite): Sql {
  if (versions === undefined) return sql`id = ${id}`;
  if (versions.length === 0) return sql`id = ${id} and 1 = 0`;
  return sql`id = ${id} and version in (${sql.join(versions, ", ")})`;
}

/** Why no row was written. Throws RH-API-002 or RH-API-007, always. */
export async function refuseWrite(session: Queryable, noun: Noun, { id, versions }: RowWrite): Promise<never> {
  const [current] = await session.all<{ version: number }>(sql`select version from ${sql.id(`${noun}s`)} where id = ${id}`);
  if (!current || versions === undefined) return missing(noun, id);
  const wanted = versions.length === 0 ? "what a weak tag names" : versions.join(" or ");
  throw new Problem("RH-API-007", `${noun} ${id} has version ${current.version}, not ${wanted}`, { field: "If-Match" });
}

export function missing(noun: Noun, id: number): never {
  throw new Problem("RH-API-002", `there is no ${noun} ${id}`, { field: "id" });
}
