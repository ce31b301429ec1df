// The objects of a PostgreSQL database as its catalogue defines them: one statement a kind, names in full, oids nowhere, so that
// two databases with the same objects give the same rows. What belongs to an extension comes with it and is left out.
// Source: postgresql.org/docs/current/catalogs.html, functions-info.html (pg_get_*def, aclexplode, pg_describe_object)
import type { Session } from "../../../drivers/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { DatabaseObject } from "../../backup.ts";
import { policyText } from "./reread.ts";
import { roleKinds } from "./roles.ts";

export async function objects(session: Session): Promise<readonly DatabaseObject[]> {
  const found: DatabaseObject[] = [];
  for (const [kind, statement] of Object.entries({ ...kinds, ...roleKinds })) {
    const rows = await session.all<{ name: string; definition: string | null; text?: string | null }>(statement);
    found.push(...rows.map(({ name, definition, text }) => ({ kind, name, definition: definition ?? "", ...(text ? { text } : {}) })));
  }
  return found;
}

/** Schemas of the database's own; `n` is pg_namespace. */
const own = sql`n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'`;

/** Not of an extension; nor, with `i`, of another object that makes it. */
const free = (catalogue: Sql, oid: Sql, kinds: Sql = sql`'e'`) =>
  sql`not exists (select from pg_depend as dep where dep.classid = ${catalogue} and dep.objid = ${oid} and dep.deptype in (${kinds}))`;

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

/** Objects that have no schema of their own or no text that makes them; `o` is their row. */
const described = (catalogue: Sql, definition: Sql) => sql`
  select pg_describe_object('${catalogue}'::regclass, o.oid, 0) as name, ${definition} as definition
  from ${catalogue} as o where o.oid >= 16384 and ${free(sql`'${catalogue}'::regclass`, sql`o.oid`)} order by 1`;

/** What depends on an object as a part of it, by its description. */
const parts = (catalogue: Sql, oid: Sql) => sql`
  (select string_agg(pg_describe_object(dep.classid, dep.objid, 0), ' ' order by pg_describe_object(dep.classid, dep.objid, 0)) from pg_depend as dep
    where dep.refclassid = '${catalogue}'::regclass and dep.refobjid = ${oid} and dep.deptype in ('a', 'i'))`;

const ownerOf = (owner: Sql) => sql`pg_get_userbyid(${owner})`;

const kinds: Readonly<Record<string, Sql>> = {
  database: sql`
    select d.datname::text as name, concat_ws(' ', pg_get_userbyid(d.datdba),
      d.datconnlimit, shobj_description(d.oid, 'pg_database'),
      (select string_agg(concat(case when s.setrole = 0 then '' else pg_get_userbyid(s.setrole)::text end, ' ', s.setconfig), ';' order by s.setrole::regrole::text)
        from pg_db_role_setting as s where s.setdatabase = d.oid)) as definition
    from pg_database as d where d.datname = current_database()`,
  schema: sql`
    select n.nspname::text as name,
      concat_ws(' ', case when n.nspname = 'public' then '' else pg_get_userbyid(n.nspowner)::text end) as definition
    from pg_namespace as n where ${own} and ${free(sql`'pg_namespace'::regclass`, sql`n.oid`)} order by 1`,
  extension: sql`select e.extname::text as name, extnamespace::regnamespace::text as definition from pg_extension as e order by 1`,
  table: relation(
    sql`'r', 'p'`,
    sql`concat_ws(' ', c.relkind, c.relpersistence, pg_get_userbyid(c.relowner), c.reloptions, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
      nullif(c.reloftype, 0)::regtype, (select amname from pg_am as am where am.oid = c.relam),
      (select toast.reloptions from pg_class as toast where toast.oid = c.reltoastrelid),
      pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
      (select string_agg(i.inhparent::regclass::text, ',' order by i.inhseqno) from pg_inherits as i where i.inhrelid = c.oid))`,
  ),
  column: sql`
    select format('%I.%I.%I', n.nspname, c.relname, a.attname) as name,
      concat_ws(' ', row_number() over (partition by c.oid order by a.attnum), format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
        a.attcollation::regcollation, a.attstorage, to_jsonb(a) ->> 'attcompression', a.attoptions, a.attislocal, a.attstattarget) as definition,
      pg_get_expr(d.adbin, d.adrelid) as text
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relkind in ('r', 'p', 'v', 'm', 'c') and a.attnum > 0 and not a.attisdropped and ${own} and ${free(sql`'pg_class'::regclass`, sql`c.oid`)}
    order by 1`,
  index: sql`
    select format('%I.%I', n.nspname, c.relname) as name, concat_ws(' ', i.indisvalid, i.indisclustered, i.indisreplident,
        (select string_agg(concat(a.attnum, ':', a.attstattarget), ',' order by a.attnum) from pg_attribute as a where a.attrelid = c.oid and a.attstattarget >= 0)) as definition,
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
    sql`concat_ws(' ', c.relkind, pg_get_userbyid(c.relowner), c.reloptions, c.relispopulated)`,
    sql`pg_get_viewdef(c.oid)`,
  ),
  sequence: relation(
    sql`'S'`,
    sql`(select concat_ws(' ', format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, c.relpersistence, pg_get_userbyid(c.relowner),
      (select format('owned by %s.%I', dep.refobjid::regclass, a.attname) from pg_depend as dep join pg_attribute as a on a.attrelid = dep.refobjid and a.attnum = dep.refobjsubid
        where dep.classid = 'pg_class'::regclass and dep.objid = c.oid and dep.refclassid = 'pg_class'::regclass and dep.deptype in ('a', 'i'))) from pg_sequence as s where s.seqrelid = c.oid)`,
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
      concat_ws(' ', pg_get_userbyid(p.proowner),
        case when p.prokind = 'a' then (select concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.agginitval, g.aggtranstype::regtype) from pg_aggregate as g where g.aggfnoid = p.oid)
          else pg_get_functiondef(p.oid) end) as definition
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
    where ${own} and ${free(sql`'pg_proc'::regclass`, sql`p.oid`, sql`'e', 'i'`)} order by 1`,
  type: sql`
    select format_type(t.oid, null) as name,
      concat_ws(' ', t.typtype, pg_get_userbyid(t.typowner), format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, t.typdefault,
        (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum as e where e.enumtypid = t.oid),
        (select concat_ws(' ', r.rngsubtype::regtype, r.rngsubdiff) from pg_range as r where r.rngtypid = t.oid)) as definition
    from pg_type as t join pg_namespace as n on n.oid = t.typnamespace
    where t.typtype in ('e', 'd', 'c', 'r', 'b') and t.typelem = 0 and ${own} and ${free(sql`'pg_type'::regclass`, sql`t.oid`)}
      and (t.typrelid = 0 or (select c.relkind from pg_class as c where c.oid = t.typrelid) = 'c')
    order by 1`,
  collation: sql`
    select format('%I.%I', n.nspname, c.collname) as name,
      concat_ws(' ', ${ownerOf(sql`c.collowner`)}, c.collprovider, c.collisdeterministic, c.collcollate, c.collctype, coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale'), to_jsonb(c) ->> 'collicurules') as definition
    from pg_collation as c join pg_namespace as n on n.oid = c.collnamespace where ${own} and ${free(sql`'pg_collation'::regclass`, sql`c.oid`)} order by 1`,
  statistics: sql`
    select format('%I.%I', n.nspname, s.stxname) as name, concat_ws(' ', pg_get_statisticsobjdef(s.oid), s.stxstattarget, ${ownerOf(sql`s.stxowner`)}) as definition
    from pg_statistic_ext as s join pg_namespace as n on n.oid = s.stxnamespace where ${own} order by 1`,
  "event trigger": sql`
    select e.evtname::text as name, concat_ws(' ', e.evtevent, e.evtenabled, e.evtfoid::regprocedure, e.evttags) as definition
    from pg_event_trigger as e where ${free(sql`'pg_event_trigger'::regclass`, sql`e.oid`)} order by 1`,
  publication: sql`
    select p.pubname::text as name,
      concat_ws(' ', to_jsonb(p) - 'oid' - 'pubowner', ${ownerOf(sql`p.pubowner`)}, ${parts(sql`pg_publication`, sql`p.oid`)},
        (select string_agg(to_jsonb(t)::text, ' ' order by t.schemaname, t.tablename) from pg_publication_tables as t where t.pubname = p.pubname and not p.puballtables)) as definition
    from pg_publication as p order by 1`,
  "large object": sql`
    select l.oid::text as name, ${ownerOf(sql`l.lomowner`)} as definition from pg_largeobject_metadata as l order by 1`,
  "default right": sql`
    select concat_ws(' ', pg_get_userbyid(d.defaclrole), nullif(d.defaclnamespace, 0)::regnamespace, d.defaclobjtype) as name,
      ${given(sql`d.defaclacl`)} as definition
    from pg_default_acl as d order by 1`,
  comment: sql`
    select pg_describe_object(d.classoid, d.objoid, d.objsubid) as name, d.description as definition
    from pg_description as d where (d.objoid >= 16384 or d.objoid = 'public'::regnamespace) and ${free(sql`d.classoid`, sql`d.objoid`)} order by 1, 2`,
  cast: described(sql`pg_cast`, sql`concat_ws(' ', o.castcontext, o.castmethod, nullif(o.castfunc, 0)::regprocedure)`),
  operator: described(
    sql`pg_operator`,
    sql`concat_ws(' ', ${ownerOf(sql`o.oprowner`)}, o.oprcanmerge, o.oprcanhash, o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin)`,
  ),
  "operator class": described(
    sql`pg_opclass`,
    sql`concat_ws(' ', ${ownerOf(sql`o.opcowner`)}, o.opcdefault, o.opcintype::regtype, nullif(o.opckeytype, 0)::regtype, ${parts(sql`pg_opclass`, sql`o.oid`)})`,
  ),
  "operator family": described(sql`pg_opfamily`, sql`concat_ws(' ', ${ownerOf(sql`o.opfowner`)}, ${parts(sql`pg_opfamily`, sql`o.oid`)})`),
  conversion: described(
    sql`pg_conversion`,
    sql`concat_ws(' ', ${ownerOf(sql`o.conowner`)}, o.conforencoding, o.contoencoding, o.conproc, o.condefault)`,
  ),
  language: described(sql`pg_language`, sql`concat_ws(' ', ${ownerOf(sql`o.lanowner`)}, o.lanpltrusted, nullif(o.lanplcallfoid, 0)::regprocedure)`),
  transform: described(sql`pg_transform`, sql`concat_ws(' ', o.trffromsql, o.trftosql)`),
  "access method": described(sql`pg_am`, sql`concat_ws(' ', o.amtype, o.amhandler)`),
  "data wrapper": described(
    sql`pg_foreign_data_wrapper`,
    sql`concat_ws(' ', ${ownerOf(sql`o.fdwowner`)}, nullif(o.fdwhandler, 0)::regproc, nullif(o.fdwvalidator, 0)::regproc, o.fdwoptions)`,
  ),
  "foreign server": described(
    sql`pg_foreign_server`,
    sql`concat_ws(' ', ${ownerOf(sql`o.srvowner`)}, (select fdwname from pg_foreign_data_wrapper as w where w.oid = o.srvfdw), o.srvtype, o.srvversion, o.srvoptions, ${parts(sql`pg_foreign_server`, sql`o.oid`)})`,
  ),
  "text search configuration": described(
    sql`pg_ts_config`,
    sql`concat_ws(' ', ${ownerOf(sql`o.cfgowner`)}, (select string_agg(concat(m.maptokentype, ':', m.mapdict::regdictionary), ' ' order by m.maptokentype, m.mapseqno) from pg_ts_config_map as m where m.mapcfg = o.oid))`,
  ),
  "text search dictionary": described(
    sql`pg_ts_dict`,
    sql`concat_ws(' ', ${ownerOf(sql`o.dictowner`)}, (select tmplname from pg_ts_template as t where t.oid = o.dicttemplate), o.dictinitoption)`,
  ),
  "text search parser": described(sql`pg_ts_parser`, sql`concat_ws(' ', o.prsstart, o.prstoken, o.prsend, o.prsheadline, o.prslextype)`),
  "text search template": described(sql`pg_ts_template`, sql`concat_ws(' ', o.tmplinit, o.tmpllexize)`),
};
