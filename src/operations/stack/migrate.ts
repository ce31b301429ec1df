// Migrations: numbered `.sql` files, run in order by the owner, each with a checksum and a row in the table of steps. Where DDL
// is transactional a migration and its row are one transaction. Where it commits (T17) each statement is recorded after it ran,
// and a run that finds one half done goes on there: what has run must be as it was, what has not may have been mended. The
// statements themselves are written to be repeatable, because a kill can fall between a statement and its record. Two runners
// wait for each other.
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

/** Reads `0001-name.sql`, `0002-…`; the numbers must follow each other. Throws RH-MIG-001, RH-SQL-001. */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const names = (await namesIn(directory)).filter((name) => name.endsWith(".sql")).toSorted();
  return Promise.all(
    names.map(async (name, index) => {
      const text = (await readIfThere(join(directory, name))) ?? "";
      const version = /^\d{4}-[a-z0-9-]+\.sql$/.test(name) ? Number(name.slice(0, 4)) : Number.NaN;
      if (version !== index + 1)
        throw new Problem("RH-MIG-001", `${join(directory, name)} follows number ${index}`, { hint: "Name migrations 0001-what.sql, without gaps." });
      return { version, name: name.slice(5, -4), checksum: checksumOf(text), statements: splitStatements(text) };
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
    await release().catch(() => undefined); // it ends with the session too; the first failure is the one to tell
  }
}

export function createStepsTable(table: readonly [string, string]): Sql {
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
    const expected = row.state === "done" ? migration.checksum : checksumOfSteps(migration, row.step);
    if (expected !== row.checksum) {
      const what = row.state === "done" ? "is not the one that was applied" : `is not the one whose first ${row.step} statements were applied`;
      const hint = "Put the file back as it was; write a new migration.";
      throw new Problem("RH-MIG-001", `migration ${row.version} (${migration.name}) ${what}`, { hint });
    }
  }
}

function checksumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Of the statements that have run: those behind them may still be mended. */
function checksumOfSteps(migration: Migration, step: number): string {
  return checksumOf(JSON.stringify(migration.statements.slice(0, step)));
}

interface Application {
  readonly table: readonly [string, string];
  readonly migration: Migration;
  readonly row: StepRow | undefined;
}

async function apply(session: Session, engine: Engine, what: Application): Promise<void> {
  const { version, name } = what.migration;
  const run = engine.facts.transactionalDdl ? applyWhole : applyByStep;
  try {
    await run(session, what);
  } catch (thrown) {
    const { step, cause } = thrown instanceof FailedStep ? thrown : { step: undefined, cause: thrown };
    const where = step === undefined ? "" : ` at step ${step} of ${what.migration.statements.length}`;
    const hint = engine.facts.transactionalDdl
      ? "Nothing of it was kept: mend it and run it again."
      : "Mend it and run it again: it goes on where it stopped.";
    throw new Problem("RH-MIG-002", `migration ${version} (${name}) failed${where}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      hint,
    });
  }
}

class FailedStep extends Error {
  readonly step: number;

  constructor(step: number, cause: unknown) {
    super("a step failed", { cause });
    this.step = step;
  }
}

async function runStep(session: Session, { migration }: Application, index: number): Promise<void> {
  await session.run(sql.script(migration.statements[index] ?? "")).catch((cause: unknown) => {
    throw new FailedStep(index + 1, cause);
  });
}

async function applyWhole(session: Session, what: Application): Promise<void> {
  const { statements, checksum } = what.migration;
  await session.begin();
  try {
    for (const index of statements.keys()) await runStep(session, what, index);
    await session.run(insertRow(what, { step: statements.length, checksum, state: "done" }));
    await session.commit();
  } catch (cause) {
    await session.rollback().catch(() => undefined); // the connection may be gone; the first failure is the one to tell
    throw cause;
  }
}

async function applyByStep(session: Session, what: Application): Promise<void> {
  const { migration, row, table } = what;
  const { version, statements, checksum } = migration;
  const steps = sql.id(...table);
  if (!row) await session.run(insertRow(what, { step: 0, checksum: checksumOfSteps(migration, 0), state: "running" }));
  for (let index = row?.step ?? 0; index < statements.length; index++) {
    await runStep(session, what, index);
    const done = checksumOfSteps(migration, index + 1);
    await session.run(sql`update ${steps} set step = ${index + 1}, checksum = ${done} where version = ${version}`);
  }
  await session.run(sql`
    update ${steps}
    set state = 'done', step = ${statements.length}, steps = ${statements.length}, checksum = ${checksum}, finished_at = current_timestamp
    where version = ${version}`);
}

function insertRow({ table, migration }: Application, { step, checksum, state }: Pick<StepRow, "step" | "checksum" | "state">): Sql {
  const finishedAt = state === "done" ? sql`current_timestamp` : sql`null`;
  return sql`
    insert into ${sql.id(...table)} (version, name, checksum, step, steps, state, finished_at)
    values (${migration.version}, ${migration.name}, ${checksum}, ${step}, ${migration.statements.length}, ${state}, ${finishedAt})`;
}
