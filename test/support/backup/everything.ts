// A server with a database that holds one of everything its engine offers (everything-*.sql), and the roles that hold rights on it.
import { fileURLToPath } from "node:url";
import { type Sql, sql } from "../../../src/foundation/sql.ts";
import type { ConnectionOptions } from "../../../src/drivers/driver.ts";
import type { EngineName } from "../../../src/engines/engines.ts";
import type { EngineVersion, TestServer } from "../servers.ts";
import { runScript } from "./client.ts";

/** Names that no shell, connection string or option may make something else of. */
export const everythingDatabase: Record<EngineName, string> = {
  postgres: `every "thing" $(id) 'é' host=x \\`,
  mariadb: "--every `thing` $(id) é host=x", // with quotes and events it is refused
};

const preparations: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql`create role every_owner nologin`,
    sql`create role every_reader login password 'reader-pass'`,
    sql`create role every_group in role every_reader`,
    sql`create database ${sql.id(everythingDatabase.postgres)}`,
  ],
  mariadb: [
    sql`create user 'every owner'@'localhost' identified by 'owner-pass'`,
    sql`create user every_reader@'%' identified by 'reader-pass'`,
    sql`create role every_role`,
    sql`create database ${sql.id(everythingDatabase.mariadb)} character set latin2 collate latin2_bin comment 'a database''s comment \\ größe'`,
  ],
};

export async function loadEverything(version: EngineVersion, server: TestServer): Promise<ConnectionOptions & { readonly database: string }> {
  {
    await using session = await version.engine.driver.connect(server.administrator());
    for (const statement of preparations[version.name]) await session.run(statement);
  }
  const login = { ...server.administrator(everythingDatabase[version.name]), database: everythingDatabase[version.name] };
  const script = fileURLToPath(new URL(`everything-${version.name}.sql`, import.meta.url));
  await runScript(version.name, login, script);
  return login;
}
