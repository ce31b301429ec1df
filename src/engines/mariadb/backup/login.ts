// How MariaDB's client programs are told whom to log in as: by an option file of mode 0600, the only one they read (TRAP-16).
// Source: mariadb.com/kb/en/configuring-mariadb-with-option-files
import { join } from "node:path";
import type { ConnectionOptions } from "../../../drivers/driver.ts";
import { writeFileAtomic } from "../../../platform/files.ts";

/** The option that comes first on a client program's command line. */
export function loginOption(secretsDirectory: string): string {
  return `--defaults-file=${join(secretsDirectory, "login.cnf")}`;
}

/** Writes the file that `loginOption` names. */
export async function writeLogin(login: ConnectionOptions, secretsDirectory: string): Promise<void> {
  const where = login.host.startsWith("/") ? { socket: login.host } : { host: login.host, port: String(login.port), protocol: "tcp" };
  const password = login.password ? { password: login.password.reveal() } : {};
  const options = { ...where, user: login.user, ...password, "default-character-set": "utf8mb4" };
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${quoted(value)}`);
  await writeFileAtomic(join(secretsDirectory, "login.cnf"), `[client]\n${lines.join("\n")}\nskip-ssl\n`); // as the driver, and only on loopback
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r")}"`;
}
