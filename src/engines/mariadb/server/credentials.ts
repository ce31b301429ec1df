// Passwords that MariaDB's own tools would find: `password` in the [client] group of ~/.my.cnf. A file that others may read is
// passed over. Source: mariadb.com/kb/en/configuring-mariadb-with-option-files
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Secret } from "../../../foundation/secret.ts";
import type { Context } from "../../../platform/context.ts";
import { readIfThere } from "../../../platform/files.ts";
import type { ServerLogin } from "../../engine.ts";

export const urlSchemes: readonly string[] = ["mariadb", "mysql"];

export async function findPassword(context: Pick<Context, "environment">, _login: ServerLogin): Promise<Secret | undefined> {
  const path = join(context.environment["HOME"] ?? "/", ".my.cnf");
  const text = await readIfThere(path);
  if (text === undefined || ((await stat(path)).mode & 0o077) !== 0) return undefined;
  const [, group] = /^\s*\[client\]\s*$([\s\S]*?)(?=^\s*\[|$(?![\s\S]))/m.exec(text) ?? [];
  const [, password] = /^\s*password\s*=\s*(.*?)\s*$/m.exec(group ?? "") ?? [];
  return password === undefined ? undefined : new Secret(password.replace(/^(['"])(.*)\1$/, "$2"));
}
