// How PostgreSQL's client programs are told whom to log in as: by variables and a password file of mode 0600 (TRAP-16). The
// database travels as PGDATABASE, which libpq does not expand into a connection string (TRAP-15).
// Source: postgresql.org/docs/current/libpq-envars.html, libpq-pgpass.html
import { join } from "node:path";
import type { ConnectionOptions } from "../../../drivers/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { writeFileAtomic } from "../../../platform/files.ts";

/** The environment of a client program; writes the password file when there is a password. */
export async function loginEnvironment(login: ConnectionOptions, secretsDirectory: string): Promise<Readonly<Record<string, string>>> {
  const password = login.password?.reveal();
  const passwordFile = join(secretsDirectory, "pgpass");
  if (password?.includes("\n")) throw new Problem("RH-AUTH-001", "a password with a line break cannot be given to pg_dump");
  await writeFileAtomic(passwordFile, password === undefined ? "" : `*:*:*:*:${password.replace(/[\\:]/g, "\\$&")}\n`);
  return {
    PGHOST: login.host,
    PGPORT: String(login.port),
    PGUSER: login.user,
    PGDATABASE: login.database ?? "postgres",
    PGPASSFILE: passwordFile,
    PGSSLMODE: "disable", // as the driver, and only on loopback
    PGCONNECT_TIMEOUT: "10",
    PGAPPNAME: "rowhouse backup",
    PGOPTIONS: "-c default_transaction_read_only=off -c lc_monetary=C", // money is read back as it was printed; a database's own settings may say otherwise
  };
}
