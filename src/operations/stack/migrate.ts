// Migrations: numbered `.sql` files, run in order by the owner, each with a checksum and a row in the table of steps. Where DDL
// is transactional a migration and its row are one transaction. Where it commits (T17) each statement is recorded after it ran,
// and a run that finds one half done goes on there; the statements themselves are written to be repeatable, because a kill
// can fall between a statement and its record. Two runners wait for each other.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ConnectionOptions, Session } from "../../drivers/driver.ts";
import type { Engine } from "../../engines/engine.ts";
import type { Evidence } from "../../foundation/evidence.ts";
import { Problem } from "../../foundation/problem.ts";
import { type Sql, sql } from "../../foundation/sql.ts";
import { splitStatements } from "../../formats/sql-script.ts";
import type { Context } from "../../platform/context.ts";
import { namesIn, readIfThere } from "../../platform/files.ts";

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
}

interface StepRow {
  readonly version: number;
  readonly checksum: string;
  readonly step: number;
  readonly state: "running" | "done";
}

/** The application's own migrations for an engine, in order. */
export async function bundledMigrations(engine: Engine): Promise<readonly Migration[]> {
  return readMigrations(fileURLToPath(new URL(`../../app/migrations/${engine.name}/`, import.meta.url)));
}

/** Reads `0001-name.sql`, `0002-…`; the numbers must follow each other. */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const names = (await namesIn(directory)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name));
  return Promise.all(
    names.map(async (name, index) => {
      const text = (await readIfThere(join(directory, name))) ?? "";
      const version = Number(name.slice(0, 4));
      if (version !== index + 1)
        throw new Problem("RH-MIG-001", `${join(directory, name)} follows number ${index}`, { hint: "Number migrations without gaps." });
      return { version, name: name.slice(5, -4), checksum: createHash("sha256").update(text).digest("hex"), statements: splitStatements(text) };
    }),
  );
}

/** Brings the schema up to date. `owner` is the owner's login to the application's database. May be repeated and run twice at once. */
export async function migrate(
  context: Context,
  options: { readonly engine: Engine; readonly owner: ConnectionOptions; readonly migrations: readonly Migration[] },
): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const { engine, owner, migrations } = options;
  const table = engine.access.stepsTable(owner.database ?? "");
  await using session = await engine.driver.connect({ ...owner, statementTimeoutMs: 600_000, lockTimeoutMs: 30_000 });
  const release = await engine.access.waitForLock(session, "rowhouse migrations");
  try {
    await session.run(createStepsTable(table));
    const rows = await session.all<StepRow>(sql`select version, checksum, step, state from ${sql.id(...table)} order by version`);
    refuseChanged(migrations, rows);
    const pending = migrations.filter(({ version }) => rows.find((row) => row.version === version)?.state !== "done");
    for (const migration of pending) await apply(session, engine, { table, migration, row: rows.find((row) => row.version === migration.version) });
    const seen = `schema at version ${migrations.length}, ${pending.length === 0 ? "nothing to do" : `${pending.length} applied`}`;
    return { subject: "schema", seen, tookMs: context.clock.monotonicMs() - began };
  } finally {
    await release();
  }
}

function createStepsTable(table: readonly [string, string]): Sql {
  return sql`
    create table if not exists ${sql.id(...table)} (
      version integer primary key,
      name varchar(100) not null,
      checksum char(64) not null,
      step integer not null,
      steps integer not null,
      state varchar(10) not null,
      started_at timestamp not null default current_timestamp,
      finished_at timestamp null
    )`;
}

function refuseChanged(migrations: readonly Migration[], rows: readonly StepRow[]): void {
  for (const row of rows) {
    const migration = migrations.find(({ version }) => version === row.version);
    if (!migration) {
      throw new Problem("RH-MIG-003", `the database is at version ${row.version}, this program knows up to ${migrations.length}`, {
        hint: "Run the newer program.",
      });
    }
    if (migration.checksum !== row.checksum) {
      throw new Problem("RH-MIG-001", `migration ${row.version} (${migration.name}) is not the one that was applied`, {
        hint: "Put the file back as it was; write a new migration.",
      });
    }
  }
}

interface Application {
  readonly table: readonly [string, string];
  readonly migration: Migration;
  readonly row: StepRow | undefined;
}

async function apply(session: Session, engine: Engine, what: Application): Promise<void> {
  try {
    if (engine.facts.transactionalDdl) await applyWhole(session, what);
    else await applyByStep(session, what);
  } catch (cause) {
    const { version, name } = what.migration;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Problem("RH-MIG-002", `migration ${version} (${name}) failed: ${message}`, {
      cause,
      hint: "Run it again: it goes on where it stopped.",
    });
  }
}

async function applyWhole(session: Session, what: Application): Promise<void> {
  await session.begin();
  try {
    for (const statement of what.migration.statements) await session.run(sql.script(statement));
    await session.run(insertRow(what, what.migration.statements.length, "done"));
    await session.commit();
  } catch (cause) {
    await session.rollback().catch(() => undefined); // the connection may be gone; the first failure is the one to tell
    throw cause;
  }
}

async function applyByStep(session: Session, what: Application): Promise<void> {
  const { migration, table } = what;
  const steps = sql.id(...table);
  if (!what.row) await session.run(insertRow(what, 0, "running"));
  for (const [index, statement] of migration.statements.entries()) {
    if (index < (what.row?.step ?? 0)) continue;
    await session.run(sql.script(statement));
    await session.run(sql`update ${steps} set step = ${index + 1} where version = ${migration.version}`);
  }
  await session.run(sql`update ${steps} set state = ${"done"}, finished_at = current_timestamp where version = ${migration.version}`);
}

function insertRow({ table, migration }: Application, step: number, state: StepRow["state"]): Sql {
  const finishedAt = state === "done" ? sql`current_timestamp` : sql`null`;
  return sql`
    insert into ${sql.id(...table)} (version, name, checksum, step, steps, state, finished_at)
    values (${migration.version}, ${migration.name}, ${migration.checksum}, ${step}, ${migration.statements.length}, ${state}, ${finishedAt})`;
}
