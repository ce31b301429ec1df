// A PostgreSQL dump put into a database that `make` made, by pg_restore; the first error ends it. Of a part, the whole schema is
// made without its foreign keys, only the wanted rows are loaded, and what is not wanted is dropped before anybody sees it.
// Source: postgresql.org/docs/current/app-pgrestore.html
import { join } from "node:path";
import type { ConnectionOptions, Session } from "../../../drivers/driver.ts";
import { postgresDriver } from "../../../drivers/postgres/driver.ts";
import { sql } from "../../../foundation/sql.ts";
import { dayMs } from "../../../foundation/units.ts";
import type { Context } from "../../../platform/context.ts";
import { writeFileAtomic } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import { programIn } from "../../../platform/tools.ts";
import type { TableName } from "../../backup.ts";
import type { FillJob } from "../../target.ts";
import { tellingRows } from "./load.ts";
import { loginEnvironment } from "./login.ts";
import { giveProperties } from "./properties.ts";

export const homeDatabase = "postgres";

export function fillCommands(job: Pick<FillJob, "tools" | "database" | "directory">): readonly (readonly string[])[] {
  return [command(job, [])];
}

/** The name as libpq's own quoting has it: a name alone may be taken for a connection string (TRAP-15). */
function command({ tools, database, directory }: Pick<FillJob, "tools" | "database" | "directory">, more: readonly string[]): readonly string[] {
  const quoted = database.replace(/[\\']/g, "\\$&");
  const program = programIn(tools, "pg_restore");
  return [program, "--exit-on-error", "--jobs=2", "--no-password", ...more, `--dbname=dbname='${quoted}'`, join(directory, "dump")];
}

export async function fill(context: Context, job: FillJob): Promise<void> {
  const env = await loginEnvironment(job.runsAs ?? job.login, job.secretsDirectory);
  const patient = { statementTimeoutMs: dayMs, applicationName: "rowhouse restore" };
  await tellingRows(
    context,
    { ...job, login: { ...job.login, database: homeDatabase }, tables: job.tables.filter(({ name }) => job.only?.includes(name.join(".")) ?? true) },
    async () => {
      if (job.only) await fillPart(job, env, { ...job.login, ...patient, database: job.database });
      else await run({ argv: command(job, []), env, timeoutMs: dayMs, signal: job.signal });
    },
  );
  await using session = await postgresDriver.connect({ ...job.login, ...patient, database: homeDatabase });
  await giveProperties(session, job.database, job.survey);
}

async function fillPart(job: FillJob, env: Readonly<Record<string, string>>, login: ConnectionOptions): Promise<void> {
  const wanted = (name: TableName) => (job.only ?? []).includes(name.join("."));
  const { stdout } = await run({ argv: [programIn(job.tools, "pg_restore"), "--list", join(job.directory, "dump")], timeoutMs: dayMs });
  const list = join(job.secretsDirectory, "list");
  await writeFileAtomic(
    list,
    stdout
      .split("\n")
      .filter((line) => isOfPart(line, job, wanted))
      .join("\n"),
  );
  await run({ argv: command(job, [`--use-list=${list}`]), env, timeoutMs: dayMs, signal: job.signal });
  await using session = await postgresDriver.connect(login);
  await dropRest(session, wanted);
}

/** Lines read `3412; 0 16389 TABLE DATA public album owner`. Foreign keys, views that hold rows and what acts by itself are no part. */
function isOfPart(line: string, { tables }: FillJob, wanted: (name: TableName) => boolean): boolean {
  const [, kind = "", rest = ""] =
    /^\d+; \d+ \d+ (TABLE DATA|FK CONSTRAINT|TRIGGER|RULE|EVENT TRIGGER|MATERIALIZED VIEW DATA|PUBLICATION|BLOBS?|BLOB DATA) (.*)$/.exec(line) ?? [];
  if (kind === "") return true;
  if (kind !== "TABLE DATA") return false;
  return tables.some(({ name }) => wanted(name) && rest.startsWith(`${name.join(" ")} `));
}

async function dropRest(session: Session, wanted: (name: TableName) => boolean): Promise<void> {
  const rows = await session.all<{ schema: string; name: string; kind: string }>(sql`
    select n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm') and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype in ('e', 'i'))
    order by c.relkind in ('r', 'p'), 1, 2`);
  for (const { schema, name, kind } of rows) {
    if (kind !== "v" && kind !== "m" && wanted([schema, name])) continue;
    const what = kind === "v" ? sql`view` : kind === "m" ? sql`materialized view` : sql`table`;
    await session.run(sql`drop ${what} if exists ${sql.id(schema, name)} cascade`);
  }
}
