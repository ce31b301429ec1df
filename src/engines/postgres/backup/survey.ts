// A look at a PostgreSQL database before a backup: who it is, what a copy of it needs, and what pg_dump would leave out or
// the proof could not compare. Reads catalogues that every login may read.
// Source: postgresql.org/docs/current/catalogs.html, app-pgdump.html
import type { Session } from "../../../drivers/driver.ts";
import { Problem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
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
  await refusePartOnly(session, about.database);
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
  return withoutNulls({ ...(await localeOf(session, sql`current_database()`)), ...(await properties(session)) });
}

/** What a copy of that database has to be made with. */
export async function localeOf(session: Session, database: Sql): Promise<Readonly<Record<string, string>>> {
  const [row] = await session.all<Record<string, string | null>>(sql`
    select
      pg_encoding_to_char(encoding)::text as encoding,
      datcollate::text as collate,
      datctype::text as ctype,
      to_jsonb(d) ->> 'datlocprovider' as provider,
      coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale
    from pg_database as d
    where datname = ${database}`);
  return withoutNulls(row ?? {});
}

function withoutNulls(all: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** Throws RH-AUTH-003 where a right is missing without which a table, a sequence or a large object is not read, or a policy hides rows. */
async function refusePartOnly(session: Session, database: string): Promise<void> {
  const rows = await session.all<{ what: string }>(sql`
    with own as (
      select c.oid, c.relkind, n.nspname, format('%I.%I', n.nspname, c.relname) as name, n.oid as nspoid
      from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%' and c.relkind in ('r', 'p', 'v', 'm', 'S')
        and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    )
    select distinct format('no usage of the schema %I', nspname) as what from own where not has_schema_privilege(nspoid, 'usage')
    union all
    select format('no select on %s', name) from own where relkind in ('r', 'p', 'S') and not has_table_privilege(oid, 'select')
    union all
    select format('row security hides rows of %s', name) from own where relkind in ('r', 'p') and row_security_active(oid)
    union all
    select format('no select on the large object %s', l.oid)
    from pg_largeobject_metadata as l
    where not pg_has_role(l.lomowner, 'usage') and not exists (
      select from aclexplode(l.lomacl) as x where x.privilege_type = 'SELECT' and (x.grantee = 0 or pg_has_role(x.grantee, 'usage')))
    order by 1`);
  if (rows.length === 0) return;
  const more = rows.length > 5 ? ` and ${rows.length - 5} more` : "";
  const seen = rows.slice(0, 5).map(({ what }) => what);
  throw new Problem("RH-AUTH-003", `the login cannot see all of ${database}: ${seen.join("; ")}${more}`, {
    hint: "Grant it what is missing (pg_read_all_data, and bypassrls where policies are), or log in as an administrator.",
  });
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
    select format('database %s: its tablespace %s is the server''s own', datname, spcname)
    from pg_database as d join pg_tablespace as t on t.oid = d.dattablespace where datname = current_database() and spcname <> 'pg_default'
    union all
    select 'database ' || quote_literal(current_database()) || ': pg_dump refuses a name with a line break' where current_database() ~ '[\\n\\r]'
    union all
    select format('database %s: it is a template of the server', current_database()) where current_database() like 'template_'
    order by 1`);
  return rows.map(({ what }) => what);
}
