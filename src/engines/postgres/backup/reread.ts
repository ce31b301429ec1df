// What PostgreSQL writes out of an expression is not always what it writes after it read that in again: `status in ('a', 'b')` on a
// varchar gains casts the first time. So a text that differs between a database and its copy is read in once more, in the copy
// and in a transaction that is rolled back, before it is called different. Source: postgresql.org/docs/current/functions-info.html
import type { Session } from "../../../drivers/driver.ts";
import { isProblem } from "../../../foundation/problem.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { DatabaseObject } from "../../backup.ts";

interface Reread {
  /** The statements that read `text` in, one a row, as the copy's catalogue names their objects. */
  readonly statements: Sql;
  /** What the server makes of it. */
  readonly written: Sql;
}

/** The text as the server writes it once it has read it in; undefined where that cannot be tried. The session is as `content` left it. */
export async function reread(session: Session, { kind, name, text }: DatabaseObject): Promise<string | undefined> {
  const how = text === undefined ? undefined : ways[kind]?.(name, text);
  if (!how) return undefined;
  await session.begin();
  try {
    await session.run(sql`
      create function pg_temp.rowhouse_run(statement text) returns void language plpgsql as ${sql.literal("begin execute statement; end")}`);
    const statements = await session.all<{ statement: string }>(how.statements);
    for (const { statement } of statements) await session.all(sql`select pg_temp.rowhouse_run(${statement}::text)::text as done`);
    const [row] = statements.length > 0 ? await session.all<{ text: string | null }>(how.written) : [];
    return row?.text ?? undefined;
  } catch (thrown) {
    if (isProblem(thrown)) return undefined;
    throw thrown;
  } finally {
    await session.rollback();
  }
}

const aside = "rowhouse_aside";

const ways: Readonly<Record<string, (name: string, text: string) => Reread>> = {
  /** Checks, of tables and domains; others have no expression, or an index to build. */
  constraint: (name, text) => ({
    statements: sql`
      select format(case when k.conrelid = 0 then 'alter domain %s add constraint ${sql.id(aside)} %s not valid' else 'alter table %s add constraint ${sql.id(aside)} %s not valid' end,
        coalesce(nullif(k.conrelid, 0)::regclass::text, nullif(k.contypid, 0)::regtype::text), ${withoutNotValid(sql`${text}::text`)}) as statement
      from pg_constraint as k
      where k.contype = 'c' and format('%s.%I', coalesce(nullif(k.conrelid, 0)::regclass::text, nullif(k.contypid, 0)::regtype::text), k.conname) = ${name}`,
    written: sql`
      select ${withoutNotValid(sql`pg_get_constraintdef(k.oid)`)} || case when ${text}::text like '% NOT VALID' then ' NOT VALID' else '' end as text
      from pg_constraint as k where k.conname = ${aside} limit 1`,
  }),
  /** On an empty table of the same columns, which takes the name meanwhile. */
  index: (name, text) => ({
    statements: sql`
      select s.statement
      from pg_index as i join pg_class as c on c.oid = i.indexrelid join pg_class as t on t.oid = i.indrelid join pg_namespace as n on n.oid = c.relnamespace,
        unnest(array[
          format('alter index %I.%I rename to ${sql.id(aside)}', n.nspname, c.relname),
          format('alter table %I.%I rename to rowhouse_aside_table', n.nspname, t.relname),
          format('create table %I.%I (like %I.rowhouse_aside_table including generated)', n.nspname, t.relname, n.nspname),
          ${text}::text]) with ordinality as s (statement, place)
      where format('%I.%I', n.nspname, c.relname) = ${name} order by s.place`,
    written: sql`
      select pg_get_indexdef(c.oid) as text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where format('%I.%I', n.nspname, c.relname) = ${name}`,
  }),
  view: (_name, text) => ({
    statements: sql`select 'create temp view ' || quote_ident(${aside}) || ' as ' || ${text}::text as statement`,
    written: sql`select pg_get_viewdef(c.oid) as text from pg_class as c where c.relname = ${aside} and c.relnamespace = pg_my_temp_schema()`,
  }),
  trigger: (name, text) => ({
    statements: sql`
      select s.statement
      from pg_trigger as t, unnest(array[format('alter trigger %I on %s rename to ${sql.id(aside)}', t.tgname, t.tgrelid::regclass), ${text}::text])
        with ordinality as s (statement, place)
      where not t.tgisinternal and format('%s.%I', t.tgrelid::regclass, t.tgname) = ${name} order by s.place`,
    written: sql`
      select pg_get_triggerdef(t.oid) as text from pg_trigger as t where not t.tgisinternal and format('%s.%I', t.tgrelid::regclass, t.tgname) = ${name}`,
  }),
  rule: (name, text) => ({
    statements: sql`
      select s.statement
      from pg_rewrite as r, unnest(array[format('alter rule %I on %s rename to ${sql.id(aside)}', r.rulename, r.ev_class::regclass), ${text}::text])
        with ordinality as s (statement, place)
      where format('%s.%I', r.ev_class::regclass, r.rulename) = ${name} order by s.place`,
    written: sql`select pg_get_ruledef(r.oid) as text from pg_rewrite as r where format('%s.%I', r.ev_class::regclass, r.rulename) = ${name}`,
  }),
  policy: (name, text) => ({
    statements: sql`
      select format('create policy ${sql.id(aside)} on %s %s', p.polrelid::regclass, ${text}::text) as statement
      from pg_policy as p where format('%s.%I', p.polrelid::regclass, p.polname) = ${name}`,
    written: sql`select ${policyText} as text from pg_policy as p where p.polname = ${aside}`,
  }),
  /** A default, or what a generated column follows from, on an empty table of the same columns. */
  column: (name, text) => ({
    statements: sql`
      select s.statement
      from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace,
        unnest(array[
          format('create temp table ${sql.id(aside)} (like %I.%I)', n.nspname, c.relname),
          case a.attgenerated
            when '' then format('alter table pg_temp.${sql.id(aside)} alter column %I set default %s', a.attname, ${text}::text)
            else format('alter table pg_temp.${sql.id(aside)} drop column %I, add column %I %s generated always as (%s) stored', a.attname, a.attname, format_type(a.atttypid, a.atttypmod), ${text}::text)
          end]) with ordinality as s (statement, place)
      where format('%I.%I.%I', n.nspname, c.relname, a.attname) = ${name} order by s.place`,
    written: sql`
      select pg_get_expr(d.adbin, d.adrelid) as text
      from pg_attrdef as d join pg_class as c on c.oid = d.adrelid
      where c.relname = ${aside} and c.relnamespace = pg_my_temp_schema()`,
  }),
};

function withoutNotValid(text: Sql): Sql {
  return sql`regexp_replace(${text}, ' NOT VALID$', '')`;
}

/** Whom a policy lets at which rows, as CREATE POLICY takes it; `p` is pg_policy. */
export const policyText = sql`
  nullif(concat_ws(' ', 'using (' || pg_get_expr(p.polqual, p.polrelid) || ')', 'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'), '')`;
