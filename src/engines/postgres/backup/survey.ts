// A look at a PostgreSQL database before a backup: who it is, what a copy of it needs, and what pg_dump would leave out or
// the proof could not compare. Reads catalogues that every login may read.
// Source: postgresql.org/docs/current/catalogs.html, app-pgdump.html
import type { Session } from "../../../drivers/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import type { Survey } from "../../backup.ts";
import { properties } from "./properties.ts";
import { roles } from "./roles.ts";

interface About {
  readonly id: string;
  readonly version: string;
  readonly database: string;
  readonly table_bytes: number;
  readonly database_bytes: number;
}

export async function survey(session: Session): Promise<Survey> {
  const [about] = await session.all<About>(sql`
    select
      (select system_identifier::text from pg_control_system()) as id,
      split_part(current_setting('server_version'), ' ', 1) as version,
      current_database()::text as database,
      pg_database_size(current_database()) as database_bytes,
      (select coalesce(sum(pg_table_size(oid)), 0)::bigint from pg_class where relkind in ('r', 'm')) as table_bytes`);
  if (!about) throw new Error("a select without from gave no row");
  return {
    serverId: about.id,
    version: about.version,
    database: about.database,
    settings: await settings(session),
    roles: await roles(session),
    extensions: (await session.all<{ name: string }>(sql`select extname::text as name from pg_extension order by 1`)).map(({ name }) => name),
    tableBytes: about.table_bytes,
    databaseBytes: about.database_bytes,
    refusals: await refusals(session),
  };
}

async function settings(session: Session): Promise<Readonly<Record<string, string>>> {
  const [row] = await session.all<Record<string, string | null>>(sql`
    select
      pg_encoding_to_char(encoding)::text as encoding,
      datcollate::text as collate,
      datctype::text as ctype,
      to_jsonb(d) ->> 'datlocprovider' as provider,
      coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale
    from pg_database as d
    where datname = current_database()`);
  const all = { ...row, ...(await properties(session)) };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

async function refusals(session: Session): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(sql`
    select format('foreign table %s: its rows are on another server', oid::regclass) as what from pg_class where relkind = 'f'
    union all
    select format('subscription %s: a copy would connect to its publisher', subname)
    from pg_subscription join pg_database as d on d.oid = subdbid where d.datname = current_database()
    union all
    select format('extension %s: it keeps rows of its own (%s), which are not compared yet', extname, array_to_string(extconfig::regclass[], ', '))
    from pg_extension where extconfig is not null
    union all
    select format('database %s: it is a template of the server', current_database()) where current_database() like 'template_'
    order by 1`);
  return rows.map(({ what }) => what);
}
