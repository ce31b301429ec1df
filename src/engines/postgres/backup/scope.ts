// A part of a PostgreSQL database: which tables there are to choose from, what a choice of them needs that pg_dump would leave out,
// and which objects belong to them. Source: postgresql.org/docs/current/app-pgdump.html (--table), catalog-pg-depend.html
import type { Session } from "../../../drivers/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { DatabaseObject, Scope, TableName } from "../../backup.ts";

/** Partitioned ones too, which have their rows in others. */
export async function tables(session: Session): Promise<readonly TableName[]> {
  const rows = await session.all<{ schema: string; name: string }>(sql`
    select n.nspname::text as schema, c.relname::text as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
    order by 1, 2`);
  return rows.map(({ schema, name }) => [schema, name]);
}

/** What the tables could not be made without, each with its name. */
export async function needs(session: Session, chosen: readonly TableName[]): Promise<readonly string[]> {
  const rows = await session.all<{ what: string }>(sql`
    with t as (
      select c.oid, format('%I.%I', n.nspname, c.relname) as name
      from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where (n.nspname, c.relname) in (${sql.join(chosen.map(pair), ", ")})
    ),
    own (classid, objid, tab) as (
      select 'pg_class'::regclass::oid, oid, oid from t
      union all
      select 'pg_class'::regclass, i.indexrelid, i.indrelid from pg_index as i join t on t.oid = i.indrelid
      union all
      select 'pg_class'::regclass, d.objid, d.refobjid from pg_depend as d join t on t.oid = d.refobjid
      where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
      union all
      select 'pg_attrdef'::regclass, d.oid, d.adrelid from pg_attrdef as d join t on t.oid = d.adrelid
      union all
      select 'pg_constraint'::regclass, k.oid, k.conrelid from pg_constraint as k join t on t.oid = k.conrelid
      union all
      select 'pg_trigger'::regclass, g.oid, g.tgrelid from pg_trigger as g join t on t.oid = g.tgrelid where not g.tgisinternal
      union all
      select 'pg_rewrite'::regclass, r.oid, r.ev_class from pg_rewrite as r join t on t.oid = r.ev_class
      union all
      select 'pg_policy'::regclass, p.oid, p.polrelid from pg_policy as p join t on t.oid = p.polrelid
    )
    select distinct format('table %s needs %s', t.name, pg_describe_object(d.refclassid, d.refobjid, 0)) as what
    from own join t on t.oid = own.tab join pg_depend as d on d.classid = own.classid and d.objid = own.objid
    where d.deptype <> 'i' and d.refobjid >= 16384 and d.refclassid not in ('pg_namespace'::regclass, 'pg_constraint'::regclass)
      and not exists (select from own as inside where inside.classid = d.refclassid and inside.objid = d.refobjid)
      and not exists (select from pg_depend as e where e.classid = d.refclassid and e.objid = d.refobjid and e.deptype = 'i')
    order by 1`);
  return rows.map(({ what }) => what);
}

function pair([schema = "", name = ""]: TableName): Sql {
  return sql`(${schema}::name, ${name}::name)`;
}

/** As pg_dump takes a pattern: between quotes nothing means anything else. */
export function pattern(name: TableName): string {
  return name.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}

const partKinds = ["constraint", "trigger", "rule", "policy", "column"];

/** What comes with the table and goes with it. */
export function isPartOf({ kind, name, definition, text }: DatabaseObject, table: TableName): boolean {
  const names = namesOf(table);
  if (kind === "table") return names.includes(name);
  if (partKinds.includes(kind)) return names.some((one) => name.startsWith(`${one}.`));
  if (kind === "sequence") return names.some((one) => definition.includes(` owned by ${one}.`));
  return kind === "index" && names.some((one) => text?.includes(` ON ${one} USING `) || text?.includes(` ON ONLY ${one} USING `));
}

/** As the server writes it: each part quoted or not. */
function namesOf(table: TableName): readonly string[] {
  const forms = table.map((part) => [part, `"${part.replaceAll('"', '""')}"`]);
  return (forms[0] ?? []).flatMap((schema) => (forms[1] ?? []).map((name) => `${schema}.${name}`));
}

/** What pg_dump is told of a scope. */
export function scopeOptions({ kind, tables: chosen }: Scope): readonly string[] {
  if (kind === "schema") return ["--schema-only"];
  if (kind === "data") return ["--data-only"];
  return kind === "tables" ? ["--strict-names", ...chosen.map((name) => `--table=${pattern(name)}`)] : [];
}
