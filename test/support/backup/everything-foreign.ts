// One of everything, as far as a dump of it can be restored by whoever is no administrator: what only a superuser makes, what names roles
// of the old server, and what the tool itself does not bring back are taken out first. Each is refused when it is left in.
import type { EngineName } from "../../../src/engines/engines.ts";
import { type Sql, sql } from "../../../src/foundation/sql.ts";

export const takenOut: Record<EngineName, readonly Sql[]> = {
  postgres: [
    sql`set default_transaction_read_only = off`,
    sql`drop event trigger on_ddl`,
    sql`drop event trigger on_drop`,
    sql`drop publication all_tables`,
    sql`drop publication if exists of_schema`,
    sql`drop table tables.other_heap`,
    sql`drop access method every_heap`,
    sql`drop operator class code.point_hash using hash`,
    sql`drop operator family code.point_hash using hash`,
    sql`drop operator family code.point_family using btree`,
    sql`drop type types.shell_only`,
    sql`drop aggregate code.pick(float8 order by float8)`,
    sql`alter function code.add_up(integer, integer, integer[]) not leakproof`,
    sql`update values_of.systems set role = null`,
    sql`alter policy own_rows on tables.secret to public`,
  ],
  mariadb: [
    sql`delete from choices where id in (5, 7)`, // values that are none of an enum's are a warning again
    sql`delete from times where id = 4`, // so are days that no month has
    sql`drop table from_sequence`, // its default names the old database
  ],
};
