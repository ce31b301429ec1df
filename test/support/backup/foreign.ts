// Dumps as people make them with the engines' own tools.
import type { ConnectionOptions } from "../../../src/drivers/driver.ts";
import type { EngineName } from "../../../src/engines/engines.ts";
import { runClient } from "./client.ts";

/** A script, as the tool writes it when nobody asks for anything. */
export async function plainDump(name: EngineName, { host, port, user, database = "" }: ConnectionOptions): Promise<string> {
  const argv: Record<EngineName, readonly string[]> = {
    postgres: ["pg_dump", "-h", host, "-p", String(port), "-U", user],
    mariadb: ["mariadb-dump", "--no-defaults", `--socket=${host}`, `--user=${user}`, "--routines", "--events", "--", database],
  };
  return await runClient(argv[name], { database });
}
