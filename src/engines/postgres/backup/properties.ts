// What a PostgreSQL database is besides what it holds: owner, rights, limits, a comment, settings. pg_dump writes them for the name
// that the database had; a copy with another name gets them from here.
// Source: postgresql.org/docs/current/catalog-pg-database.html, sql-alterdatabase.html, sql-createdatabase.html
import type { Session } from "../../../drivers/driver.ts";
import { type Sql, sql } from "../../../foundation/sql.ts";
import type { Survey } from "../../backup.ts";

/** As the survey's settings, and the manifest, have them; what is not there has no value. */
export async function properties(session: Session): Promise<Readonly<Record<string, string | null>>> {
  const [row] = await session.all<Record<string, string | null>>(sql`
    select
      pg_get_userbyid(datdba)::text as owner,
      datconnlimit::text as connection_limit,
      shobj_description(oid, 'pg_database') as comment,
      (select json_agg(json_build_object('role', case when grantee <> 0 then pg_get_userbyid(grantee)::text end, 'right', privilege_type, 'mayPassOn', is_grantable))
        from aclexplode(datacl))::text as rights,
      (select json_agg(json_build_object('role', case when setrole <> 0 then pg_get_userbyid(setrole)::text end, 'settings', setconfig))
        from pg_db_role_setting where setdatabase = pg_database.oid)::text as role_settings
    from pg_database
    where datname = current_database()`);
  return row ?? {};
}

/** An empty database with the encoding and the locale of the original, which only administrators may enter. */
export function creation(name: string, { settings }: Survey): Sql {
  const { encoding = "UTF8", collate = "C", ctype = "C", provider, locale } = settings;
  const icu = provider === "i" ? sql` locale_provider icu icu_locale ${sql.literal(locale ?? "")}` : sql``;
  const builtin = provider === "b" ? sql` locale_provider builtin builtin_locale ${sql.literal(locale ?? "")}` : sql``;
  return sql`
    create database ${sql.id(name)} template template0 encoding ${sql.literal(encoding)} lc_collate ${sql.literal(collate)} lc_ctype ${sql.literal(ctype)}${icu}${builtin} connection limit 0`;
}

interface Right {
  readonly role: string | null;
  readonly right: string;
  readonly mayPassOn: boolean;
}

interface RoleSettings {
  readonly role: string | null;
  readonly settings: readonly string[];
}

/** Gives them to a copy. The session is used for nothing else afterwards: it has the copy's settings. */
export async function giveProperties(session: Session, name: string, { settings }: Survey): Promise<void> {
  const { owner, comment, rights, role_settings: roleSettings } = settings;
  if (owner !== undefined) await session.run(sql`alter database ${sql.id(name)} owner to ${sql.id(owner)}`);
  if (comment !== undefined) await session.run(sql`comment on database ${sql.id(name)} is ${sql.literal(comment)}`);
  if (rights !== undefined) await giveRights(session, name, { owner: owner ?? "", rights: JSON.parse(rights) as readonly Right[] });
  for (const one of JSON.parse(roleSettings ?? "[]") as readonly RoleSettings[]) await giveSettings(session, name, one);
}

async function giveRights(
  session: Session,
  name: string,
  { owner, rights }: { readonly owner: string; readonly rights: readonly Right[] },
): Promise<void> {
  await session.run(sql`revoke all on database ${sql.id(name)} from public, ${sql.id(owner)}`);
  for (const { role, right, mayPassOn } of rights) {
    const to = role === null ? sql`public` : sql.id(role);
    await session.run(sql`grant ${rightWord(right)} on database ${sql.id(name)} to ${to}${mayPassOn ? sql` with grant option` : sql``}`);
  }
}

function rightWord(right: string): Sql {
  if (right === "CREATE") return sql`create`;
  return right === "CONNECT" ? sql`connect` : sql`temporary`;
}

/** By way of this session, because only the server knows which settings are lists. */
async function giveSettings(session: Session, name: string, { role, settings }: RoleSettings): Promise<void> {
  for (const setting of settings) {
    const [, key = "", value = ""] = /^([^=]+)=([\s\S]*)$/.exec(setting) ?? [];
    await session.all(sql`select set_config(${key}, ${value}, false) as value`);
    const whose = role === null ? sql`database ${sql.id(name)}` : sql`role ${sql.id(role)} in database ${sql.id(name)}`;
    await session.run(sql`alter ${whose} set ${sql.id(...key.split("."))} from current`);
  }
}
