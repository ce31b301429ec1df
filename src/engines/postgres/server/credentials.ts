// Passwords that PostgreSQL's own tools would find: PGPASSFILE, ~/.pgpass, lines of host:port:database:user:password with `*` for
// any. A file that others may read is passed over, as libpq does. Source: postgresql.org/docs/current/libpq-pgpass.html
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Secret } from "../../../foundation/secret.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere } from "../../../platform/files.ts";
import type { ServerLogin } from "../../engine.ts";

export const urlSchemes: readonly string[] = ["postgres", "postgresql"];

export async function findPassword(context: Pick<Context, "environment">, login: ServerLogin): Promise<Secret | undefined> {
  const path = context.environment["PGPASSFILE"] ?? join(context.environment["HOME"] ?? "/", ".pgpass");
  const text = await readIfThere(path);
  if (text === undefined || ((await stat(path)).mode & 0o077) !== 0) return undefined;
  const wanted = [login.host, String(login.port), login.database ?? "postgres", login.user];
  const fields = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(fieldsOf)
    .find((line) => wanted.every((value, index) => line[index] === "*" || line[index] === value));
  return fields?.[4] === undefined ? undefined : new Secret(fields[4]);
}

/** Colons separate; `\:` and `\\` stand for themselves. */
function fieldsOf(line: string): readonly string[] {
  return (line.match(/(?:\\.|[^:\\])*(?::|$)/g) ?? []).slice(0, 5).map((field) => field.replace(/:$/, "").replace(/\\(.)/g, "$1"));
}
