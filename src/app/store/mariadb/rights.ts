// Which rights of an administrator the login has: global privileges beyond USAGE, ALL, GRANT OPTION at
// any level. Read with SHOW GRANTS, which also names those that come through roles. Source: mariadb.com/kb/en/grant
import type { Queryable } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Excess } from "../store.ts";

/** On every database rows are rights too: those of the users are rows. */
const harmless = new Set(["USAGE", "SHOW DATABASES"]);

export async function excess(session: Queryable): Promise<Excess> {
  const [login] = await session.all<{ login: string; home: string }>(sql`select current_user() as login, database() as home`);
  const rows = await session.all<Readonly<Record<string, string>>>(sql`show grants`);
  const grants = rows.map((row) => Object.values(row)[0] ?? "");
  const user = login?.login ?? "";
  const at = user.lastIndexOf("@");
  const account = sql`${sql.literal(user.slice(0, at))}@${sql.literal(user.slice(at + 1))}`;
  return {
    user,
    rights: grants.flatMap(rightsOf),
    mend: sql`revoke all privileges, grant option from ${account}; grant select, insert, update, delete on ${sql.id(login?.home ?? "taskdb")}.* to ${account}`,
  };
}

function rightsOf(grant: string): readonly string[] {
  const match = /^GRANT (.+?) ON (\S+) TO /.exec(grant);
  const mayGrant = / WITH (GRANT|ADMIN) OPTION/.test(grant) ? ["GRANT OPTION"] : [];
  if (match?.[2] !== "*.*") return mayGrant;
  const global = (match[1] ?? "").split(", ").filter((privilege) => !harmless.has(privilege));
  return [...global.map((privilege) => `${privilege} on *.*`), ...mayGrant];
}
