// The objects of a PostgreSQL database as its catalogue defines them: one statement a kind, names in full, oids nowhere, so that
// two databases with the same objects give the same rows. What belongs to an extension comes with it and is left out.
// Source: postgresql.org/docs/current/catalogs.html, functions-info.html (pg_get_*def, aclexplode, pg_describe_object)
import type { Session } from "../../../drivers/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { DatabaseObject } from "../../backup.ts";
import { policyText } from "./reread.ts";

export async function objects(session: Session): Promise<readonly DatabaseObject[]> {
  const found: DatabaseObject[] = [];
  for (const [kind, statement] of Object.entries(kinds)) {
    const rows = await session.all<{ name: string; definition: string | null; text?: string | null }>(statement);
    found.push(...rows.map(({ name, definition, text }) => ({ kind, name, definition: definition ?? "", ...(text ? { text } : {}) })));
  }
  return found;
}

/** Schemas of the database's own; `n` is pg_namespace. */
const own = sql`n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'`;

/** Not of an extension. */
const free = (catalogue: Sql, oid: Sql) =>
  sql`not exists (select from pg_depend as dep where dep.classid = ${catalogue} and dep.objid = ${oid} and dep.deptype = 'e')`;

/** Who may do what, the defaults spelled out; the owner is called so, as it may have another name in a copy. */
const grants = (acl: Sql, kind: Sql, owner: Sql) => sql`
  (select coalesce(string_agg(g, ',' order by g), '') from (
    select case when x.grantee = ${owner} then 'owner' when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee)::text end
      || ':' || x.privilege_type || case when x.is_grantable then '*' else '' end as g
    from aclexplode(coalesce(${acl}, acldefault(${kind}, ${owner}))) as x) as granted)`;

/** Rights that were given explicitly and have no defaults to spell out. */
const given = (acl: Sql) => sql`
  (select string_agg(g, ',' order by g) from (
    select concat(case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee)::text end, ':', x.privilege_type, x.is_grantable) as g
    from aclexplode(${acl}) as x) as granted)`;

const relation = (relkinds: Sql, definition: Sql, text: Sql = sql`null`) => sql`
  select format('%I.%I', n.nspname, c.relname) as name, ${definition} as definition, ${text} as text
  from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in (${relkinds}) and ${own} and ${free(sql`'pg_class'::regclass`, sql`c.oid`)}
  order by 1`;

/** Objects of a kind that only their existence and description tell of. */
const described = (catalogue: Sql) => sql`
  select pg_describe_object(${catalogue}, o.oid, 0) as name, '' as definition
  from (select oid from pg_cast where ${catalogue} = 'pg_cast'::regclass
    union all select oid from pg_operator where ${catalogue} = 'pg_operator'::regclass
    union all select oid from pg_opclass where ${catalogue} = 'pg_opclass'::regclass
    union all select oid from pg_opfamily where ${catalogue} = 'pg_opfamily'::regclass
    union all select oid from pg_conversion where ${catalogue} = 'pg_conversion'::regclass
    union all select oid from pg_language where ${catalogue} = 'pg_language'::regclass
    union all select oid from pg_transform where ${catalogue} = 'pg_transform'::regclass
    union all select oid from pg_am where ${catalogue} = 'pg_am'::regclass
    union all select oid from pg_foreign_data_wrapper where ${catalogue} = 'pg_foreign_data_wrapper'::regclass
    union all select oid from pg_foreign_server where ${catalogue} = 'pg_foreign_server'::regclass
    union all select oid from pg_ts_config where ${catalogue} = 'pg_ts_config'::regclass
    union all select oid from pg_ts_dict where ${catalogue} = 'pg_ts_dict'::regclass
    union all select oid from pg_ts_parser where ${catalogue} = 'pg_ts_parser'::regclass
    union all select oid from pg_ts_template where ${catalogue} = 'pg_ts_template'::regclass) as o
  where o.oid >= 16384 and ${free(catalogue, sql`o.oid`)}
  order by 1`;

const kinds: Readonly<Record<string, Sql>> = {
  database: sql`
    select d.datname::text as name, concat_ws(' ', pg_get_userbyid(d.datdba), ${grants(sql`d.datacl`, sql`'d'`, sql`d.datdba`)},
      d.datconnlimit, shobj_description(d.oid, 'pg_database'),
      (select string_agg(concat(case when s.setrole = 0 then '' else pg_get_userbyid(s.setrole)::text end, ' ', s.setconfig), ';' order by s.setrole::regrole::text)
        from pg_db_role_setting as s where s.setdatabase = d.oid)) as definition
    from pg_database as d where d.datname = current_database()`,
  schema: sql`
    select n.nspname::text as name,
      concat_ws(' ', case when n.nspname = 'public' then '' else pg_get_userbyid(n.nspowner)::text end, ${grants(sql`n.nspacl`, sql`'n'`, sql`n.nspowner`)}) as definition
    from pg_namespace as n where ${own} and ${free(sql`'pg_namespace'::regclass`, sql`n.oid`)} order by 1`,
  extension: sql`select e.extname::text as name, extnamespace::regnamespace::text as definition from pg_extension as e order by 1`,
  table: relation(
    sql`'r', 'p'`,
    sql`concat_ws(' ', c.relkind, c.relpersistence, pg_get_userbyid(c.relowner), c.reloptions, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
      pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
      (select string_agg(i.inhparent::regclass::text, ',' order by i.inhseqno) from pg_inherits as i where i.inhrelid = c.oid),
      ${grants(sql`c.relacl`, sql`'r'`, sql`c.relowner`)})`,
  ),
  column: sql`
    select format('%I.%I.%I', n.nspname, c.relname, a.attname) as name,
      concat_ws(' ', row_number() over (partition by c.oid order by a.attnum), format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
        a.attcollation::regcollation, a.attstorage, to_jsonb(a) ->> 'attcompression', a.attoptions, a.attislocal,
        ${given(sql`a.attacl`)}) as definition,
      pg_get_expr(d.adbin, d.adrelid) as text
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relkind in ('r', 'p', 'v', 'm', 'c') and a.attnum > 0 and not a.attisdropped and ${own} and ${free(sql`'pg_class'::regclass`, sql`c.oid`)}
    order by 1`,
  index: sql`
    select format('%I.%I', n.nspname, c.relname) as name, concat_ws(' ', i.indisvalid, i.indisclustered, i.indisreplident) as definition,
      pg_get_indexdef(i.indexrelid) as text
    from pg_index as i join pg_class as c on c.oid = i.indexrelid join pg_namespace as n on n.oid = c.relnamespace
    where ${own} and ${free(sql`'pg_class'::regclass`, sql`i.indrelid`)} order by 1`,
  constraint: sql`
    select format('%s.%I', coalesce(nullif(k.conrelid, 0)::regclass::text, nullif(k.contypid, 0)::regtype::text), k.conname) as name,
      k.convalidated::text as definition, pg_get_constraintdef(k.oid) as text
    from pg_constraint as k join pg_namespace as n on n.oid = k.connamespace
    where ${own} and ${free(sql`'pg_class'::regclass`, sql`k.conrelid`)} order by 1, 2`,
  view: relation(
    sql`'v', 'm'`,
    sql`concat_ws(' ', c.relkind, pg_get_userbyid(c.relowner), c.reloptions, c.relispopulated, ${grants(sql`c.relacl`, sql`'r'`, sql`c.relowner`)})`,
    sql`pg_get_viewdef(c.oid)`,
  ),
  sequence: relation(
    sql`'S'`,
    sql`(select concat_ws(' ', format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, pg_get_userbyid(c.relowner),
      ${grants(sql`c.relacl`, sql`'s'`, sql`c.relowner`)}) from pg_sequence as s where s.seqrelid = c.oid)`,
  ),
  trigger: sql`
    select format('%s.%I', t.tgrelid::regclass, t.tgname) as name, t.tgenabled::text as definition, pg_get_triggerdef(t.oid) as text
    from pg_trigger as t join pg_class as c on c.oid = t.tgrelid join pg_namespace as n on n.oid = c.relnamespace
    where not t.tgisinternal and ${own} order by 1`,
  rule: sql`
    select format('%s.%I', r.ev_class::regclass, r.rulename) as name, r.ev_enabled::text as definition, pg_get_ruledef(r.oid) as text
    from pg_rewrite as r join pg_class as c on c.oid = r.ev_class join pg_namespace as n on n.oid = c.relnamespace
    where r.rulename <> '_RETURN' and ${own} and ${free(sql`'pg_rewrite'::regclass`, sql`r.oid`)} order by 1`,
  policy: sql`
    select format('%s.%I', p.polrelid::regclass, p.polname) as name,
      concat_ws(' ', p.polcmd, p.polpermissive, (select string_agg(r, ',' order by r) from (select case when o = 0 then 'public' else o::regrole::text end as r from unnest(p.polroles) as o) as named)) as definition,
      ${policyText} as text
    from pg_policy as p order by 1`,
  routine: sql`
    select format('%s', p.oid::regprocedure) as name,
      concat_ws(' ', pg_get_userbyid(p.proowner), ${grants(sql`p.proacl`, sql`'f'`, sql`p.proowner`)},
        case when p.prokind = 'a' then (select concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.agginitval, g.aggtranstype::regtype) from pg_aggregate as g where g.aggfnoid = p.oid)
          else pg_get_functiondef(p.oid) end) as definition
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where ${own} and ${free(sql`'pg_proc'::regclass`, sql`p.oid`)} order by 1`,
  type: sql`
    select format_type(t.oid, null) as name,
      concat_ws(' ', t.typtype, pg_get_userbyid(t.typowner), ${grants(sql`t.typacl`, sql`'T'`, sql`t.typowner`)}, format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, t.typdefault,
        (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum as e where e.enumtypid = t.oid),
        (select concat_ws(' ', r.rngsubtype::regtype, r.rngsubdiff) from pg_range as r where r.rngtypid = t.oid)) as definition
    from pg_type as t join pg_namespace as n on n.oid = t.typnamespace
    where t.typtype in ('e', 'd', 'c', 'r', 'b') and t.typelem = 0 and ${own} and ${free(sql`'pg_type'::regclass`, sql`t.oid`)}
      and (t.typrelid = 0 or (select c.relkind from pg_class as c where c.oid = t.typrelid) = 'c')
    order by 1`,
  collation: sql`
    select format('%I.%I', n.nspname, c.collname) as name, concat_ws(' ', c.collprovider, c.collisdeterministic, c.collcollate, c.collctype) as definition
    from pg_collation as c join pg_namespace as n on n.oid = c.collnamespace where ${own} and ${free(sql`'pg_collation'::regclass`, sql`c.oid`)} order by 1`,
  statistics: sql`
    select format('%I.%I', n.nspname, s.stxname) as name, pg_get_statisticsobjdef(s.oid) as definition
    from pg_statistic_ext as s join pg_namespace as n on n.oid = s.stxnamespace where ${own} order by 1`,
  "event trigger": sql`
    select e.evtname::text as name, concat_ws(' ', e.evtevent, e.evtenabled, e.evtfoid::regprocedure, e.evttags) as definition
    from pg_event_trigger as e where ${free(sql`'pg_event_trigger'::regclass`, sql`e.oid`)} order by 1`,
  publication: sql`
    select p.pubname::text as name, concat_ws(' ', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate,
      (select string_agg(r.prrelid::regclass::text, ',' order by r.prrelid::regclass::text) from pg_publication_rel as r where r.prpubid = p.oid)) as definition
    from pg_publication as p order by 1`,
  "default right": sql`
    select concat_ws(' ', pg_get_userbyid(d.defaclrole), nullif(d.defaclnamespace, 0)::regnamespace, d.defaclobjtype) as name,
      ${given(sql`d.defaclacl`)} as definition
    from pg_default_acl as d order by 1`,
  comment: sql`
    select pg_describe_object(d.classoid, d.objoid, d.objsubid) as name, d.description as definition
    from pg_description as d where d.objoid >= 16384 and ${free(sql`d.classoid`, sql`d.objoid`)} and d.classoid <> 'pg_extension'::regclass order by 1, 2`,
  cast: described(sql`'pg_cast'::regclass`),
  operator: described(sql`'pg_operator'::regclass`),
  "operator class": described(sql`'pg_opclass'::regclass`),
  "operator family": described(sql`'pg_opfamily'::regclass`),
  conversion: described(sql`'pg_conversion'::regclass`),
  language: described(sql`'pg_language'::regclass`),
  transform: described(sql`'pg_transform'::regclass`),
  "access method": described(sql`'pg_am'::regclass`),
  "data wrapper": described(sql`'pg_foreign_data_wrapper'::regclass`),
  "foreign server": described(sql`'pg_foreign_server'::regclass`),
  "text search configuration": described(sql`'pg_ts_config'::regclass`),
  "text search dictionary": described(sql`'pg_ts_dict'::regclass`),
  "text search parser": described(sql`'pg_ts_parser'::regclass`),
  "text search template": described(sql`'pg_ts_template'::regclass`),
};
